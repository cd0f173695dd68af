// A file, a program, a web service as receivers.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/exec.hpp"
#include "repeater/events/file.hpp"
#include "repeater/events/url.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/tcp_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <future>
#include <poll.h>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>

namespace output_test {

using namespace repeater;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Optional;

class scratch_folder {
public:
    scratch_folder() {
        auto name = (std::filesystem::temp_directory_path() / "event_output.XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::system_error(errno, std::generic_category(), "mkdtemp");
        }
        path_ = name;
    }

    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;

    ~scratch_folder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string operator/(const char* name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

std::string content(const std::string& path) {
    std::ostringstream all;
    all << std::ifstream(path).rdbuf();
    return all.str();
}

TEST(FileOutput, AppendsLinesAndMayBeRotated) {
    const scratch_folder folder;
    file_output file(folder / "events");
    EXPECT_EQ(file.deliver("1"), std::nullopt);
    EXPECT_EQ(file.deliver("2"), std::nullopt);
    EXPECT_EQ(content(folder / "events"), "1\n2\n");
    std::filesystem::rename(folder / "events", folder / "events.1");
    EXPECT_EQ(file.deliver("3"), std::nullopt);
    EXPECT_EQ(content(folder / "events"), "3\n");

    struct stat s {};

    ASSERT_EQ(::stat((folder / "events").c_str(), &s), 0);
    EXPECT_EQ(s.st_mode & 07, 0U) << "IDs may be in it: not for everybody";
}

TEST(FileOutput, SaysWhyItCannotWrite) {
    EXPECT_THAT(file_output("/no/such/folder/x").deliver("1"), Optional(HasSubstr("No such file")));
    EXPECT_THAT(file_output("/dev/full").deliver("1"), Optional(HasSubstr("No space")));
}

TEST(FileOutput, WhatDoesNotFitLeavesNothingAndIsTriedAgain) {
    const scratch_folder folder;
    file_output file(folder / "events");
    EXPECT_EQ(file.deliver("1"), std::nullopt);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{4, before.rlim_max};
    auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    EXPECT_THAT(file.deliver("three"), Optional(HasSubstr("too large")));
    EXPECT_EQ(content(folder / "events"), "1\n");
    ::setrlimit(RLIMIT_FSIZE, &before);
    (void)std::signal(SIGXFSZ, handler);
    EXPECT_EQ(file.deliver("three"), std::nullopt);
    EXPECT_EQ(content(folder / "events"), "1\nthree\n");
}

TEST(FileOutput, AFifoThatNobodyReadsIsAFailureAndNoWait) {
    const scratch_folder folder;
    const auto path = folder / "fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    file_output file(path);
    EXPECT_THAT(file.deliver("1"), Optional(HasSubstr("nobody reads this FIFO")));
    const net::unique_fd reader{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    EXPECT_EQ(file.deliver("2"), std::nullopt);
}

TEST(ExecOutput, TheProgramGetsItsWordsAndTheEvent) {
    const scratch_folder folder;
    const auto out = folder / "out";
    exec_output exec(
        {"/bin/sh", "-c", "{ printf '%s.' \"$@\"; cat; } > " + out, "sh", "a b", "$HOME"},
        seconds(10));
    EXPECT_EQ(exec.deliver(R"({"event":"x"})"), std::nullopt);
    EXPECT_EQ(content(out), "a b.$HOME.{\"event\":\"x\"}\n");
}

TEST(ExecOutput, NothingOfOursIsOpenInTheProgram) {
    const scratch_folder folder;
    const auto out = folder / "out";
    const net::unique_fd left_open{::socket(AF_INET, SOCK_STREAM, 0)}; // no CLOEXEC
    exec_output exec({"/bin/sh", "-c", "ls /proc/self/fd > " + out}, seconds(10));
    EXPECT_EQ(exec.deliver("x"), std::nullopt);
    EXPECT_EQ(content(out), "0\n1\n2\n3\n") << "3 is ls's own";
}

TEST(ExecOutput, FailureIsToldWithItsStatus) {
    EXPECT_THAT(exec_output({"/bin/sh", "-c", "exit 7"}, seconds(10)).deliver("x"),
                Optional(HasSubstr("status 7")));
    EXPECT_THAT(exec_output({"/bin/sh", "-c", "kill -9 $$"}, seconds(10)).deliver("x"),
                Optional(HasSubstr("signal 9")));
    EXPECT_THAT(exec_output({"/no/such/program"}, seconds(10)).deliver("x"),
                Optional(HasSubstr("No such file")));
}

TEST(ExecOutput, AProgramNeedNotReadItsInput) {
    EXPECT_EQ(exec_output({"/bin/true"}, seconds(10)).deliver(std::string(1'000'000, 'x')),
              std::nullopt);
}

TEST(ExecOutput, WhatDoesNotEndIsKilledWithItsChildren) {
    const scratch_folder folder;
    const auto alive = folder / "alive";
    // The grandchild holds the write end of a FIFO: its end shows that it is gone.
    ASSERT_EQ(::mkfifo(alive.c_str(), 0600), 0);
    const net::unique_fd reader{::open(alive.c_str(), O_RDONLY | O_NONBLOCK)};
    exec_output exec({"/bin/sh", "-c", "sleep 600 > " + alive + " & sleep 600"}, milliseconds(300));
    EXPECT_THAT(exec.deliver("x"), Optional(HasSubstr("killed")));
    pollfd p{reader.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&p, 1, 10'000), 1);
    EXPECT_NE(p.revents & POLLHUP, 0);
}

/// Takes one request on loopback and answers it.
class one_answer {
public:
    explicit one_answer(std::string answer)
        : request_(std::async(std::launch::async, [this, answer = std::move(answer)] {
              auto peer = listener_.accept();
              std::string all;
              while (all.find("\r\n\r\n{\"x\":1}") == std::string::npos) {
                  all += support::text_of(peer.receive(1));
              }
              peer.send(support::bytes_of(answer));
              return all;
          })) {}

    [[nodiscard]] std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(listener_.port()) + path;
    }

    [[nodiscard]] std::string request() { return request_.get(); }

private:
    support::tcp_listener listener_;
    std::future<std::string> request_;
};

std::optional<std::string> post(const std::string& url) {
    return url_output(parse_http_url(url).value(), seconds(10)).deliver(R"({"x":1})");
}

TEST(UrlOutput, PostsJson) {
    one_answer service("HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_EQ(post(service.url("/hook?a=b")), std::nullopt);
    const auto request = service.request();
    EXPECT_THAT(request, testing::StartsWith("POST /hook?a=b HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_THAT(request, HasSubstr("Content-Length: 7\r\n"));
    EXPECT_THAT(request, HasSubstr("Host: 127.0.0.1:"));
}

TEST(UrlOutput, AnythingBut2xxIsFailure) {
    for (const auto* status : {"500", "404", "302", "101"}) {
        one_answer service("HTTP/1.1 " + std::string{status} + " X\r\nContent-Length: 0\r\n\r\n");
        EXPECT_THAT(post(service.url("/")), Optional(HasSubstr(status)));
    }
    one_answer nonsense("hello\r\n\r\n");
    EXPECT_THAT(post(nonsense.url("/")), Optional(HasSubstr("this is not HTTP")));
    one_answer interim("HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_THAT(post(interim.url("/")), Optional(HasSubstr("closed the connection before")));
}

TEST(UrlOutput, AnswersInAllForms) {
    const std::string hint = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    for (const auto& answer : {
             "HTTP/1.1 100 Continue\r\n\r\n" + hint + hint + "HTTP/1.1 200 OK\r\n\r\n",
             std::string{"HTTP/1.0 202 Accepted\nServer: x\n folded\n\n"},
             std::string{"HTTP/1.1 200\r\nContent-Length: 2, 2\r\n\r\nok"},
             "HTTP/1.1 200 OK\r\nSet-Cookie: " + std::string(100'000, 'x') + "\r\n\r\n",
         }) {
        one_answer service(answer);
        EXPECT_EQ(post(service.url("/")), std::nullopt) << answer.substr(0, 100);
    }
}

TEST(UrlOutput, ABusyServiceIsAskedWhenToComeAgain) {
    one_answer service("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\n");
    url_output output(parse_http_url(service.url("/")).value(), seconds(10));
    EXPECT_THAT(output.deliver(R"({"x":1})"), Optional(HasSubstr("503 Busy")));
    EXPECT_EQ(output.retry_after(), seconds(7));
}

TEST(UrlOutput, NamesTheAddressesThatWereTried) {
    std::uint16_t free_port = 0;
    {
        const support::tcp_listener closed;
        free_port = closed.port();
    }
    const auto at = "127.0.0.1:" + std::to_string(free_port);
    EXPECT_THAT(post("http://" + at + "/"), Optional(HasSubstr(at + ": Connection refused")));
}

TEST(UrlOutput, NobodyThereAndSilenceAreFailures) {
    std::uint16_t free_port = 0;
    {
        const support::tcp_listener closed;
        free_port = closed.port();
    }
    EXPECT_THAT(post("http://127.0.0.1:" + std::to_string(free_port) + "/"),
                Optional(HasSubstr("refused")));
    const support::tcp_listener silent;
    const auto url = parse_http_url("http://127.0.0.1:" + std::to_string(silent.port()) + "/");
    EXPECT_THAT(url_output(*url, milliseconds(50)).deliver("{}"), Optional(HasSubstr("in time")));
}

/// A TLS service that answers one request with 200. Returns the name that it was asked for.
std::string serve_tls_once(boost::asio::ip::tcp::acceptor& acceptor,
                           const support::certificate& c) {
    namespace ssl = boost::asio::ssl;
    ssl::context context(ssl::context::tls_server);
    context.use_certificate_chain(boost::asio::buffer(c.chain));
    context.use_private_key(boost::asio::buffer(c.key), ssl::context::pem);
    std::string asked_for;
    const auto note_name = [](SSL* session, int* /*alert*/, void* to) -> int {
        const char* const name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
        *static_cast<std::string*>(to) = name == nullptr ? "" : name;
        return SSL_TLSEXT_ERR_OK;
    };
    // What the macros of these would do with casts of C.
    int (*const callback)(SSL*, int*, void*) = note_name;
    SSL_CTX_callback_ctrl(context.native_handle(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                          reinterpret_cast<void (*)()>(callback));
    SSL_CTX_ctrl(context.native_handle(), SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG, 0, &asked_for);
    ssl::stream<boost::asio::ip::tcp::socket> stream(acceptor.accept(), context);
    boost::system::error_code ec;
    stream.handshake(ssl::stream_base::server, ec);
    if (!ec) {
        boost::asio::streambuf request;
        boost::asio::read_until(stream, request, "{\"x\":1}", ec);
        boost::asio::write(stream, boost::asio::buffer(std::string{"HTTP/1.1 200 OK\r\n\r\n"}), ec);
    }
    return asked_for;
}

TEST(UrlOutput, HttpsIsVerified) {
    const scratch_folder folder;
    const auto names_alone = support::make_certificate();
    const auto address_alone = support::make_certificate(30, "IP:127.0.0.1");

    struct row {
        const support::certificate& certificate;
        bool trusted;
        const char* host;
        bool works;
        const char* asked_for; ///< addresses are not sent (RFC 6066 3), but compared
    };

    for (const auto& r : {row{names_alone, true, "localhost", true, "localhost"},
                          row{names_alone, false, "localhost", false, "localhost"},
                          row{names_alone, true, "127.0.0.1", false, ""},
                          row{address_alone, true, "127.0.0.1", true, ""}}) {
        std::ofstream(folder / "trusted.pem") << r.certificate.chain;
        ::setenv("SSL_CERT_FILE", (folder / (r.trusted ? "trusted.pem" : "none.pem")).c_str(), 1);
        boost::asio::io_context context;
        boost::asio::ip::tcp::acceptor acceptor(context,
                                                {boost::asio::ip::address_v4::loopback(), 0});
        auto served =
            std::async(std::launch::async, [&] { return serve_tls_once(acceptor, r.certificate); });
        const auto failure = post("https://" + std::string{r.host} + ":" +
                                  std::to_string(acceptor.local_endpoint().port()) + "/");
        EXPECT_EQ(failure == std::nullopt, r.works)
            << r.host << ' ' << failure.value_or("delivered");
        EXPECT_EQ(served.get(), r.asked_for) << r.host;
    }
    ::unsetenv("SSL_CERT_FILE");
}

TEST(HttpUrl, IsReadStrictly) {
    const auto url = parse_http_url("https://[2001:db8::1]:8443/a/b?c=d");
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->tls);
    EXPECT_EQ(url->host, "2001:db8::1");
    EXPECT_EQ(url->port, 8443);
    EXPECT_EQ(url->target, "/a/b?c=d");
    EXPECT_EQ(url->authority, "[2001:db8::1]:8443");
    EXPECT_EQ(parse_http_url("http://x")->target, "/");
    EXPECT_EQ(parse_http_url("http://x")->port, 80);
    EXPECT_EQ(parse_http_url("https://x?q")->target, "/?q");
    for (const auto* bad :
         {"", "x", "ftp://x/", "http:///x", "http://u:p@x/", "http://u@x/", "/x", "http://x:0/",
          "http://x:99999/", "http://x:/", "http://x:y/", "http://x y/"}) {
        EXPECT_FALSE(parse_http_url(bad)) << bad;
    }
}

} // namespace output_test
