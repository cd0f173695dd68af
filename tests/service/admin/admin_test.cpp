// The admin listener of every daemon: who may ask, what is answered, and what is refused.
// SPDX-License-Identifier: EUPL-1.2
#include "net/worker.hpp"
#include "service/admin/admin.hpp"
#include "service/admin/admin_flags.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/tcp_client.hpp"
#include "tests/support/unix_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

namespace service_admin_test {

namespace {

namespace asio = boost::asio;
using support::bytes_of;
using support::tcp_client;
using support::text_of;

asio::awaitable<std::optional<std::string>> numbers() {
    co_return "a_total 1\n";
}

asio::awaitable<service::admin_state> good() {
    co_return service::admin_state{true, "ok"};
}

asio::awaitable<service::admin_state> bad() {
    co_return service::admin_state{false, "shutting down"};
}

asio::awaitable<service::admin_reply> obeyed(service::admin_order o) {
    std::string text = o.path;
    for (const auto& [name, value] : o.values) {
        text.append(1, ' ').append(name).append(1, '=').append(value);
    }
    co_return service::admin_reply{409, text};
}

using obey = decltype(service::admin_pages::obey);

/// On a thread of its own until it goes.
class running_admin {
public:
    explicit running_admin(const service::admin_options& o, obey what = {})
        : admin_(thread_.executor(), o, service::open_admin(o, {}),
                 {"tested", numbers, good, bad, std::move(what)}, [](const auto&) {}) {
        asio::post(thread_.loop(), [this] { admin_.start([](const net::error_code&) {}); });
    }

    running_admin(const running_admin&) = delete;
    running_admin& operator=(const running_admin&) = delete;

    ~running_admin() {
        asio::co_spawn(thread_.executor(), admin_.stop(), asio::use_future).wait();
        thread_.join();
    }

    [[nodiscard]] const net::listener& listener() const { return admin_.listeners().front(); }

private:
    net::worker thread_;
    service::admin admin_;
};

service::admin_options at_loopback() {
    service::admin_options o;
    o.listen = net::parse_listen_at("127.0.0.1:0");
    return o;
}

std::string answer_to(tcp_client client, std::string_view request) {
    client.send(bytes_of(request));
    return text_of(client.receive_until_eof());
}

std::string post(std::string_view target) {
    return "POST " + std::string{target} + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
}

std::string get(std::string_view path) {
    return "GET " + std::string{path} + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
}

service::admin_options parsed(const std::string& listen, std::vector<std::string> allow = {}) {
    service::admin_options o;
    service::take_over({listen, std::move(allow)}, o);
    return o;
}

} // namespace

TEST(Admin, AnswersThreePaths) {
    const running_admin admin(at_loopback());
    const auto ask = [&](std::string_view path) {
        return answer_to(tcp_client(admin.listener().local().port()), get(path));
    };
    const auto page = ask("/metrics");
    EXPECT_EQ(page.substr(0, 15), "HTTP/1.1 200 OK");
    EXPECT_NE(page.find("Server: tested\r\n"), std::string::npos);
    EXPECT_EQ(page.substr(page.find("\r\n\r\n") + 4), "a_total 1\n");
    EXPECT_EQ(ask("/healthz").substr(9, 3), "200");
    EXPECT_EQ(ask("/readyz").substr(9, 3), "503");
    EXPECT_EQ(ask("http://other:1/readyz?a=b").substr(9, 3), "503") << "the same, said at length";
    EXPECT_EQ(ask("/metrics/").substr(9, 3), "404");
}

TEST(Admin, RefusesWhatIsNoRequestItUnderstands) {
    const running_admin admin(at_loopback());
    const auto status_of = [&](const std::string& request) {
        return answer_to(tcp_client(admin.listener().local().port()), request).substr(9, 3);
    };
    EXPECT_EQ(status_of("GET /healthz HTTP/1.1\r\n\r\n"), "400") << "no Host";
    EXPECT_EQ(status_of("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), "400");
    EXPECT_EQ(status_of("GET /healthz HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"), "400");
    EXPECT_EQ(status_of("GET /healthz HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"),
              "400");
    EXPECT_EQ(status_of("RFB 003.008\n" + std::string(300, 'x') + "\r\n\r\n"), "400");
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(9000, 'x')), "431");
}

TEST(Admin, AnswersRequestsThatCameTogether) {
    const running_admin admin(at_loopback());
    const auto both = answer_to(tcp_client(admin.listener().local().port()),
                                "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n" + get("/readyz"));
    EXPECT_NE(both.find("200 OK"), std::string::npos);
    EXPECT_NE(both.find("503 Service Unavailable"), std::string::npos);
}

TEST(Admin, ListensAtAUnixSocketForItsGroup) {
    const support::scratch_directory directory;
    const auto path = (directory.path() / "admin").string();
    {
        const running_admin admin(parsed("unix:" + path));
        EXPECT_EQ(admin.listener().name(), "unix:" + path);
        EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms{0660});
        tcp_client client(support::connect_unix(path));
        EXPECT_EQ(answer_to(std::move(client), get("/healthz")).substr(9, 3), "200");
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(AdminFlags, DemandToKnowWhoMayAskWhereOthersCanConnect) {
    EXPECT_FALSE(parsed("").is_on());
    EXPECT_EQ(parsed("unix:/run/a").unix_path, "/run/a");
    EXPECT_TRUE(parsed("[::1]:1").is_on());
    EXPECT_EQ(parsed("*:1", {"10.0.0.0/8"}).allow.size(), 1U);
    EXPECT_THROW(parsed("*:1"), std::runtime_error);
    EXPECT_THROW(parsed("unix:relative"), std::runtime_error);
    EXPECT_THROW(parsed("unix:/run/a", {"10.0.0.0/8"}), std::runtime_error);
    EXPECT_THROW(parsed("", {"10.0.0.0/8"}), std::runtime_error);
}

TEST(Admin, ObeysWhoComesByAUnixSocketAlone) {
    const running_admin by_tcp(at_loopback(), obeyed);
    const auto no = answer_to(tcp_client(by_tcp.listener().local().port()), post("/x?a=1"));
    EXPECT_TRUE(no.starts_with("HTTP/1.1 403 ")) << no;

    const support::scratch_directory where;
    service::admin_options o;
    o.unix_path = (where.path() / "admin").string();
    const running_admin by_file(o, obeyed);
    const auto said = answer_to(tcp_client(support::connect_unix(o.unix_path)),
                                post("/sessions/7/policy?view-only=no&a=b%20c"));
    EXPECT_TRUE(said.starts_with("HTTP/1.1 409 ")) << said;
    EXPECT_TRUE(said.ends_with("/sessions/7/policy view-only=no a=b c\n")) << said;
    const auto absolute =
        answer_to(tcp_client(support::connect_unix(o.unix_path)), post("http://h/x"));
    EXPECT_TRUE(absolute.starts_with("HTTP/1.1 400 ")) << absolute;
}

TEST(Admin, ObeysNobodyWhereNothingCanBeToldToDo) {
    const support::scratch_directory where;
    service::admin_options o;
    o.unix_path = (where.path() / "admin").string();
    const running_admin admin(o);
    const auto no = answer_to(tcp_client(support::connect_unix(o.unix_path)), post("/x"));
    EXPECT_TRUE(no.starts_with("HTTP/1.1 405 ")) << no;
}

} // namespace service_admin_test
