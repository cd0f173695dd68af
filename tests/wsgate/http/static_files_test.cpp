// The path rule, the table of types, and a root that nothing leads out of.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/static_files.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace static_files_test {

namespace {

namespace fs = std::filesystem;
using wsgate::file_path;
using wsgate::static_root;
using namespace std::string_literals;

/// outside/secret, and web/ with some files and links beside it.
class web_directory : public testing::Test {
protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "wsgate-web-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        base_ = name;
        write("outside/secret", "secret");
        write("web/index.html", "index");
        write("web/app/vnc.html", "vnc");
        write("web/app/rfb.js", "rfb");
        write("web/both/index.html", "first");
        write("web/both/vnc.html", "second");
        fs::create_directory(base_ / "web/empty");
        fs::create_symlink("../outside/secret", base_ / "web/link");
        fs::create_symlink(base_ / "outside/secret", base_ / "web/absolute");
        fs::create_symlink("../outside", base_ / "web/way");
        fs::create_symlink("../../outside/secret", base_ / "web/app/up");
        fs::create_directory_symlink("/", base_ / "web/slash");
        ASSERT_EQ(::mkfifo((base_ / "web/fifo").c_str(), 0600), 0);
    }

    void TearDown() override { fs::remove_all(base_); }

    void write(const fs::path& name, const std::string& text) {
        fs::create_directories((base_ / name).parent_path());
        std::ofstream(base_ / name) << text;
    }

    /// The file's text; "(none)" where there is none.
    static std::string
    text_of(const boost::system::result<wsgate::static_file, wsgate::absence>& file) {
        if (!file) {
            return "(none)";
        }
        std::array<char, 100> text{};
        const auto size = ::read(file->fd.get(), text.data(), text.size());
        EXPECT_EQ(static_cast<std::uint64_t>(size), file->size);
        return {text.data(), static_cast<std::size_t>(size)};
    }

    [[nodiscard]] std::string get(const std::string& path) const {
        return text_of(static_root((base_ / "web").string()).open(path));
    }

    fs::path base_;
};

} // namespace

TEST(FilePath, FollowsTheTable) {
    struct row {
        std::string path;
        std::string expected; // or the status of the refusal
    };

    const std::vector<row> table{
        {"/", ""},
        {"/index.html", "index.html"},
        {"/a/b.js", "a/b.js"},
        {"/a/", "a/"},
        {"/a//b", "a/b"},
        {"/a/./b", "a/b"},
        {"/a/../b", "b"},
        {"/a/..", ""},
        {"/a/b/..", "a/"},
        {"/a/.", "a/"},
        {"/a/./", "a/"},
        {"/a/b/../../c", "c"},
        {"/\xc3\xa4 b", "\xc3\xa4 b"},
        {"/..", "404"},
        {"/../etc/passwd", "404"},
        {"/a/../../etc/passwd", "404"},
        {"/.", ""},
        {"/.htaccess", "404"},
        {"/a/.git/config", "404"},
        {"/...", "404"},
        {"/.well-known/acme-challenge/token", ".well-known/acme-challenge/token"},
        {"/./.well-known/security.txt", ".well-known/security.txt"},
        {"/.well-known/.htaccess", "404"},
        {"/.well-knownx/a", "404"},
        {"/a/.well-known/b", "404"},
        {"//", "400"},
        {"//evil.example", "400"},
        {"", "400"},
        {"a", "400"},
        {"/a\\b", "400"},
        {"/..\\..\\x", "400"},
        {"/a\0b"s, "400"},
        {"/a\nb", "400"},
        {"/\x7f", "400"},
        {"/\xff", "400"},
        {"/\xc0\xae\xc0\xae/x", "400"}, // overlong dots
    };
    for (const auto& [path, expected] : table) {
        const auto got = file_path(path);
        const auto* refused = std::get_if<wsgate::refusal>(&got);
        EXPECT_EQ(refused == nullptr ? std::get<std::string>(got)
                                     : std::to_string(static_cast<unsigned>(refused->status)),
                  expected)
            << testing::PrintToString(path);
    }
}

TEST(AcmeChallenge, IsAFileWithTheNameOfAToken) {
    EXPECT_TRUE(wsgate::is_acme_challenge(".well-known/acme-challenge/aZ0-_"));
    for (const auto* const other : {".well-known/acme-challenge/", ".well-known/acme-challenge/a/b",
                                    ".well-known/acme-challenge/a.html", ".well-known/security.txt",
                                    "a/.well-known/acme-challenge/a", ""}) {
        EXPECT_FALSE(wsgate::is_acme_challenge(other)) << other;
    }
}

TEST(MimeType, FollowsTheTable) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"a.html", "text/html; charset=utf-8"},
        {"a.js", "text/javascript; charset=utf-8"},
        {"a.mjs", "text/javascript; charset=utf-8"},
        {"a.css", "text/css; charset=utf-8"},
        {"a.json", "application/json"},
        {"a.js.map", "application/json"},
        {"a.svg", "image/svg+xml"},
        {"a.png", "image/png"},
        {"a.jpg", "image/jpeg"},
        {"a.gif", "image/gif"},
        {"favicon.ico", "image/x-icon"},
        {"a.woff", "font/woff"},
        {"a.woff2", "font/woff2"},
        {"a.ttf", "font/ttf"},
        {"a.wasm", "application/wasm"},
        {"bell.mp3", "audio/mpeg"},
        {"bell.oga", "audio/ogg"},
        {"bell.ogg", "audio/ogg"},
        {"a.txt", "text/plain; charset=utf-8"},
        {"a.webmanifest", "application/manifest+json"},
        {"README.md", "text/markdown; charset=utf-8"},
        {"a.webp", "image/webp"},
        {"index.htm", "text/html; charset=utf-8"},
        {"LICENSE", "application/octet-stream"},
        {"A.HTML", "text/html; charset=utf-8"},
        {"html", "application/octet-stream"},
        {"a.", "application/octet-stream"},
        {"a.xhtml", "application/octet-stream"},
        {"a.h", "application/octet-stream"},
    };
    for (const auto& [name, type] : table) {
        EXPECT_EQ(wsgate::mime_type(name), type) << name;
    }
}

TEST_F(web_directory, GivesFilesAndIndexes) {
    EXPECT_EQ(get("index.html"), "index");
    EXPECT_EQ(get(""), "index");
    EXPECT_EQ(get("app/rfb.js"), "rfb");
    EXPECT_EQ(get("app"), "vnc");
    EXPECT_EQ(get("app/"), "vnc");
    EXPECT_EQ(get("both"), "first");
    EXPECT_EQ(get("empty"), "(none)");
    EXPECT_EQ(get("empty/"), "(none)");
    EXPECT_EQ(get("nothing"), "(none)");
    EXPECT_EQ(get("index.html/"), "(none)");
    EXPECT_EQ(get("fifo"), "(none)");
}

TEST_F(web_directory, NothingLeadsOut) {
    EXPECT_EQ(get("link"), "(none)");
    EXPECT_EQ(get("absolute"), "(none)");
    EXPECT_EQ(get("way/secret"), "(none)");
    EXPECT_EQ(get("app/up"), "(none)");
    EXPECT_EQ(get("slash/etc/hostname"), "(none)");
    EXPECT_EQ(get("../outside/secret"), "(none)"); // even past the path rule
    EXPECT_EQ(get("/etc/hostname"), "(none)");
}

TEST_F(web_directory, TellsDirectoriesWithoutTheirSlash) {
    const static_root root((base_ / "web").string());
    EXPECT_EQ(root.open("app")->lacks_slash, "app");
    EXPECT_EQ(root.open("app/")->lacks_slash, "");
    EXPECT_EQ(root.open("")->lacks_slash, "");
    EXPECT_EQ(root.open("index.html")->lacks_slash, "");
}

TEST_F(web_directory, PrefersACompressedNeighbourThatIsNotOlder) {
    write("web/app/rfb.js.gz", "compressed");
    write("web/app/old.js", "newer");
    write("web/app/old.js.gz", "older");
    write("web/app/vnc.html.gz", "page");
    fs::create_directory(base_ / "web/index.html.gz");
    fs::create_symlink("../outside/secret", base_ / "web/both/index.html.gz");
    fs::last_write_time(base_ / "web/app/old.js.gz",
                        fs::last_write_time(base_ / "web/app/old.js") - std::chrono::seconds(2));
    const static_root root((base_ / "web").string());
    const auto coding = wsgate::content_coding::gzip;
    const auto size = [&](const char* path, wsgate::content_coding accepted) {
        return root.open(path, accepted)->size;
    };
    const auto plain = root.open("app/rfb.js");
    EXPECT_TRUE(plain->has_gzip);
    EXPECT_EQ(plain->coding, wsgate::content_coding::identity);
    EXPECT_EQ(plain->size, 3U);
    const auto compressed = root.open("app/rfb.js", coding);
    EXPECT_TRUE(compressed->has_gzip);
    EXPECT_EQ(compressed->coding, coding);
    EXPECT_EQ(compressed->name, "app/rfb.js"); // it is still JavaScript
    EXPECT_EQ(compressed->size, 10U);
    EXPECT_EQ(size("app/", coding), 4U); // an index may have one
    EXPECT_EQ(size("app/old.js", coding), 5U);
    EXPECT_FALSE(root.open("app/old.js", coding)->has_gzip);
    EXPECT_FALSE(root.open("index.html", coding)->has_gzip); // a directory is none
    EXPECT_FALSE(root.open("both/", coding)->has_gzip);      // nor what leads out
    EXPECT_EQ(root.open("app/rfb.js.gz", coding)->coding, wsgate::content_coding::identity);
}

TEST_F(web_directory, MustExist) {
    EXPECT_THROW(static_root((base_ / "none").string()), std::system_error);
    EXPECT_THROW(static_root((base_ / "web/index.html").string()), std::system_error);
}

TEST_F(web_directory, TellsWhyAFileIsNotServed) {
    const static_root root((base_ / "web").string());
    const std::vector<std::pair<std::string, std::string>> table{
        {"nothing", "no such file"},
        {"index.html/", "no such file"},
        {"link", "a link leads out of --web"},
        {"way/none", "a link leads out of --web"}, // what is there outside is not told
        {"fifo", "it is no regular file"},
        {"empty", "directories are not listed, and this one has no index.html or vnc.html"},
    };
    for (const auto& [path, why] : table) {
        EXPECT_EQ(root.open(path).error().why, why) << path;
    }
    fs::create_symlink("../link", base_ / "web/empty/index.html");
    EXPECT_EQ(root.open("empty/").error().why, "a link leads out of --web");
}

TEST_F(web_directory, IsLookedUpByItsNameEachTime) {
    write("release-5/index.html", "5");
    write("release-6/index.html", "6");
    const auto current = base_ / "current";
    const auto show = [&](const char* release) {
        fs::create_directory_symlink(release, base_ / "next");
        fs::rename(base_ / "next", current);
    };
    show("release-5");
    const static_root root(current.string());
    const auto page = [&root] { return text_of(root.open("")); };
    EXPECT_EQ(page(), "5");
    show("release-6");
    EXPECT_EQ(page(), "6");
    fs::remove(current);
    EXPECT_EQ(page(), "5") << "what was there at first";
    write("current/index.html", "again");
    EXPECT_EQ(page(), "again");
    fs::remove_all(current);
    fs::rename(base_ / "web", current);
    EXPECT_EQ(page(), "index");
}

TEST_F(web_directory, ServesAVolumeOfKubernetes) {
    write("volume/..2026_1/vnc.html", "old");
    fs::create_symlink("..2026_1", base_ / "volume/..data");
    fs::create_symlink("..data/vnc.html", base_ / "volume/vnc.html");
    fs::create_symlink(base_ / "volume/vnc.html", base_ / "volume/index.html");
    const static_root root((base_ / "volume").string());
    EXPECT_EQ(text_of(root.open("vnc.html")), "old");
    EXPECT_EQ(text_of(root.open("")), "old");
    write("volume/..2026_2/vnc.html", "new");
    fs::create_symlink("..2026_2", base_ / "volume/..data_tmp");
    fs::rename(base_ / "volume/..data_tmp", base_ / "volume/..data");
    fs::remove_all(base_ / "volume/..2026_1");
    EXPECT_EQ(text_of(root.open("vnc.html")), "new");
}

TEST_F(web_directory, HidesWhatItIsTold) {
    write("web/users.gz", "compressed");
    write("web/app/index.html", "secret");
    const auto hidden = std::make_shared<wsgate::hidden_files>();
    const static_root root((base_ / "web").string(), hidden);
    EXPECT_EQ(text_of(root.open("app/index.html")), "secret");
    hidden->add({{"--key", base_ / "web/app/index.html"}, {"--auth-file", base_ / "web/users"}});
    for (const auto* const path : {"app/index.html", "users", "users.gz"}) {
        EXPECT_FALSE(root.open(path)) << path;
    }
    EXPECT_EQ(root.open("app/index.html").error().why,
              "it is a secret or a log of wsgate, or a copy of one");
    EXPECT_EQ(text_of(root.open("app/")), "vnc") << "the next index";
    write("web/users", "u:p");
    write("web/page", "page");
    write("web/page.gz", "gz");
    hidden->add({{"--token-key", base_ / "web/page.gz"}});
    EXPECT_EQ(root.open("page", wsgate::content_coding::gzip)->coding,
              wsgate::content_coding::identity);
}

} // namespace static_files_test
