// What a file's request is answered with, field by field.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/file_answer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace file_answer_test {

namespace {

namespace http = wsgate::http;
using wsgate::byte_range;
using wsgate::file_part;
using wsgate::text_response;

constexpr std::time_t mtime = 784111777;
constexpr std::time_t now = mtime + 1000;
const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";

wsgate::request request(const std::string& fields = "", const std::string& start = "GET /a") {
    return std::get<wsgate::request>(
        wsgate::parse_head(start + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"));
}

wsgate::static_file file(const std::string& name = "rfb.js") {
    wsgate::static_file f;
    f.size = 100;
    f.name = name;
    f.modified = {mtime, 12345};
    return f;
}

wsgate::static_file gzipped() {
    auto f = file();
    f.has_gzip = true;
    f.coding = wsgate::content_coding::gzip;
    f.size = 40;
    return f;
}

struct answer {
    unsigned status = 0;
    http::fields fields;
    byte_range content;

    [[nodiscard]] std::string operator[](const char* name) const {
        return std::string{fields[name]};
    }
};

answer ask(const wsgate::request& r, const wsgate::static_file& f = file(),
           const wsgate::file_options& options = {}) {
    const auto got = wsgate::answer_file(r, f, options, now);
    if (const auto* text = std::get_if<text_response>(&got)) {
        return {text->result_int(), text->base(), {}};
    }
    const auto& part = std::get<file_part>(got);
    return {part.head.result_int(), part.head.base(), part.content};
}

const std::string tag = wsgate::validators_of(file()).etag;

} // namespace

TEST(FileAnswer, DescribesTheWholeFile) {
    const auto a = ask(request());
    EXPECT_EQ(a.status, 200U);
    EXPECT_EQ(a.content, (byte_range{0, 100}));
    EXPECT_EQ(a["Content-Type"], "text/javascript; charset=utf-8");
    EXPECT_EQ(a["Content-Length"], "100");
    EXPECT_EQ(a["Accept-Ranges"], "bytes");
    EXPECT_EQ(a["ETag"], tag);
    EXPECT_EQ(a["Last-Modified"], date);
    EXPECT_EQ(a["Cache-Control"], "max-age=3600");
    EXPECT_EQ(a["X-Content-Type-Options"], "nosniff");
    EXPECT_EQ(a["Referrer-Policy"], "no-referrer");
    EXPECT_EQ(a["Server"], "wsgate");
    EXPECT_EQ(a.fields.count("Date"), 1U);
    for (const auto* const absent :
         {"X-Frame-Options", "Vary", "Content-Encoding", "Content-Range", "Location"}) {
        EXPECT_EQ(a.fields.count(absent), 0U) << absent;
    }
}

TEST(FileAnswer, KnowsItsOptions) {
    wsgate::file_options options;
    options.max_age = std::chrono::seconds{5};
    options.frame_options = "SAMEORIGIN";
    EXPECT_EQ(ask(request(), file(), options)["Cache-Control"], "max-age=5");
    EXPECT_EQ(ask(request(), file(), options)["X-Frame-Options"], "SAMEORIGIN");
    EXPECT_EQ(ask(request(), file("a.html"), options)["Cache-Control"], "no-cache");
}

TEST(FileAnswer, TagsEveryStateOfAFile) {
    auto longer = file();
    longer.size = 101;
    auto touched = file();
    touched.modified.tv_nsec = 12346;
    EXPECT_EQ(wsgate::validators_of(file()).etag, tag);
    EXPECT_NE(wsgate::validators_of(longer).etag, tag);
    EXPECT_NE(wsgate::validators_of(touched).etag, tag);
    auto compressed = file();
    compressed.coding = wsgate::content_coding::gzip;
    EXPECT_NE(wsgate::validators_of(compressed).etag, tag);
    EXPECT_TRUE(tag.starts_with('"') && tag.ends_with('"')); // strong
}

TEST(FileAnswer, NeverDatesAFileLaterThanToday) {
    auto f = file();
    f.modified.tv_sec = now + 5000;
    EXPECT_EQ(ask(request(), f)["Last-Modified"], "Sun, 06 Nov 1994 09:06:17 GMT");
    f.modified.tv_sec = -1;
    EXPECT_EQ(ask(request(), f).fields.count("Last-Modified"), 0U);
}

TEST(FileAnswer, FollowsTheTable) {
    struct row {
        std::string fields;
        unsigned status;
        byte_range content;
        std::string range;
    };

    const std::vector<row> table{
        {"Range: bytes=10-19\r\n", 206, {10, 10}, "bytes 10-19/100"},
        {"Range: bytes=-1\r\n", 206, {99, 1}, "bytes 99-99/100"},
        {"Range: bytes=0-\r\n", 206, {0, 100}, "bytes 0-99/100"},
        {"Range: bytes=100-\r\n", 416, {}, "bytes */100"},
        {"Range: bytes=0-1,5-6\r\n", 200, {0, 100}, ""},
        {"Range: bytes=1-1\r\nRange: bytes=2-2\r\n", 200, {0, 100}, ""},
        {"Range: bytes=1-1\r\nIf-Range: " + tag + "\r\n", 206, {1, 1}, "bytes 1-1/100"},
        {"Range: bytes=1-1\r\nIf-Range: \"b\"\r\n", 200, {0, 100}, ""},
        {"Range: bytes=200-\r\nIf-Range: \"b\"\r\n", 200, {0, 100}, ""},
        {"Range: bytes=1-1\r\nIf-Range: " + date + "\r\n", 206, {1, 1}, "bytes 1-1/100"},
        {"If-None-Match: " + tag + "\r\n", 304, {}, ""},
        {"If-None-Match: " + tag + "\r\nRange: bytes=1-1\r\n", 304, {}, ""},
        {"If-Modified-Since: " + date + "\r\n", 304, {}, ""},
        {"If-Match: \"b\"\r\n", 412, {}, ""},
        {"If-Match: \"b\"\r\nRange: bytes=200-\r\n", 412, {}, ""},
    };
    for (const auto& [fields, status, content, range] : table) {
        const auto a = ask(request(fields));
        EXPECT_EQ(a.status, status) << fields;
        EXPECT_EQ(a.content, content) << fields;
        EXPECT_EQ(a["Content-Range"], range) << fields;
        if (status < 300) {
            EXPECT_EQ(a["Content-Length"], std::to_string(content.size)) << fields;
        }
    }
}

TEST(FileAnswer, TellsWhatACacheNeedsIn304) {
    const auto a = ask(request("If-None-Match: *\r\n"), gzipped());
    EXPECT_EQ(a.status, 304U);
    EXPECT_EQ(a["ETag"], wsgate::validators_of(gzipped()).etag);
    EXPECT_EQ(a["Cache-Control"], "max-age=3600");
    EXPECT_EQ(a["Vary"], "Accept-Encoding");
    EXPECT_EQ(a.fields.count("Date"), 1U);
    EXPECT_EQ(a.fields.count("Content-Length"), 0U);
    EXPECT_EQ(a.fields.count("Content-Type"), 0U);
}

TEST(FileAnswer, NamesTheCodingOfACompressedNeighbour) {
    const auto a = ask(request(), gzipped());
    EXPECT_EQ(a["Content-Encoding"], "gzip");
    EXPECT_EQ(a["Content-Type"], "text/javascript; charset=utf-8");
    EXPECT_EQ(a["Content-Length"], "40");
    EXPECT_EQ(a["Vary"], "Accept-Encoding");
    auto plain = file();
    plain.has_gzip = true;
    EXPECT_EQ(ask(request(), plain)["Vary"], "Accept-Encoding");
    EXPECT_EQ(ask(request(), plain).fields.count("Content-Encoding"), 0U);
    // A part of the compressed bytes, under their own tag.
    EXPECT_EQ(ask(request("Range: bytes=30-\r\n"), gzipped())["Content-Range"], "bytes 30-39/40");
    EXPECT_EQ(ask(request("Range: bytes=30-\r\nIf-Range: " + tag + "\r\n"), gzipped()).status,
              200U);
}

TEST(FileAnswer, GivesHeadTheHeadOfGet) {
    const auto get = ask(request());
    const auto head = ask(request("", "HEAD /a"));
    EXPECT_EQ(head.status, 200U);
    EXPECT_EQ(head.content.size, 0U);
    for (const auto& field : get.fields) {
        EXPECT_EQ(head.fields[field.name_string()], field.value()) << field.name_string();
    }
    EXPECT_EQ(ask(request("Range: bytes=1-1\r\n", "HEAD /a")).status, 200U); // RFC 9110 14.2
    EXPECT_EQ(ask(request("If-None-Match: *\r\n", "HEAD /a")).status, 304U);
}

TEST(FileAnswer, SendsDirectoriesToTheirSlash) {
    const std::vector<std::vector<std::string>> table{
        {"/app", "app", "./app/"},
        {"/app?a=b&c", "app", "./app/?a=b&c"},
        {"/x/y/app", "x/y/app", "./app/"},
        {"/a%3Ab", "a:b", "./a%3Ab/"},
        {"/%C3%A4%20b", "\xc3\xa4 b", "./%C3%A4%20b/"},
        {"http://h/app?x", "app", "./app/?x"},
    };
    for (const auto& row : table) {
        auto index = file("index.html");
        index.lacks_slash = row[1];
        const auto a = ask(request("If-None-Match: *\r\n", "GET " + row[0]), index);
        EXPECT_EQ(a.status, 301U);
        EXPECT_EQ(a["Location"], row[2]) << row[0];
    }
}

TEST(FileAnswer, StaysOrClosesAsAsked) {
    const auto stays = [](const std::string& fields) {
        const auto got = wsgate::answer_file(request(fields), file(), {}, now);
        const auto* text = std::get_if<text_response>(&got);
        return text != nullptr ? text->keep_alive() : std::get<file_part>(got).head.keep_alive();
    };
    EXPECT_TRUE(stays(""));
    EXPECT_TRUE(stays("If-None-Match: *\r\n"));
    EXPECT_TRUE(stays("Range: bytes=200-\r\n"));
    EXPECT_FALSE(stays("Connection: close\r\n"));
    EXPECT_FALSE(stays("Connection: close\r\nIf-None-Match: *\r\n"));
    EXPECT_FALSE(stays("Connection: close\r\nRange: bytes=200-\r\n"));
}

} // namespace file_answer_test
