// Follows what a server says, message by message and rectangle by rectangle.    RFC 6143 7.6
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/messages/dialect.hpp"
#include "rfb/messages/rectangle.hpp"
#include "rfb/messages/surprise.hpp"
#include "rfb/pixel_format.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rfb {

/// Stands behind the first 24 bytes of ServerInit, and sees copies; what is in pictures need not
/// come by. The result does not depend on how the bytes were cut. Takes constant memory.
class server_reader {
public:
    class listener {
    public:
        /// A message other than an update begins: its first byte and some more, and its size.
        virtual void told(std::span<const std::byte> start, std::uint64_t size) = 0;
        virtual void began_update() = 0;
        virtual void drew(const rectangle&) = 0;
        /// The desktop has this name from now on: at most longest_name bytes, the peer's.
        virtual void named(std::string_view) = 0;

    protected:
        ~listener() = default;
    };

    static constexpr std::size_t longest_name = 256;

    /// What stands at the start of it.
    struct start {
        std::uint64_t rest_of_name = 0; ///< bytes of ServerInit that are still to come
        bool has_capabilities = false;  ///< Tight's lists follow them
        message_dialect dialect{};
        pixel_format format{};
    };

    explicit server_reader(const start&);

    /// Takes bytes up to the end of a message, or all; says how many. Takes none after a surprise.
    [[nodiscard]] std::size_t read(std::span<const std::byte>, listener&);

    /// A message begins with the next byte.
    [[nodiscard]] bool is_between() const { return at_ == at::type && have_ == 0; }

    /// So many of the next bytes are of no interest: passed() may be called in place of read().
    [[nodiscard]] std::uint64_t to_pass() const;
    void passed(std::uint64_t count, listener&);

    [[nodiscard]] const std::optional<surprise>& surprised() const { return surprise_; }

    // What the viewer has said, and the server gets: a new format holds from some update on.

    void format_set(const pixel_format&);

    void update_requested() { ++open_requests_; }

    void continuous_updates_set(bool on);

private:
    /// What is looked at next, when all that is to be passed over has passed.
    enum class at : std::uint8_t {
        name,              ///< nothing: the rest of ServerInit
        capability_counts, ///< Tight's
        capabilities,
        type,
        head,
        sound_length, ///< of QEMU's sound
        message,      ///< nothing: the rest of a message
        rectangle_head,
        rectangle,
        name_length,
        new_name,
        new_format, ///< VMware's
    };

    void look_for(at, std::size_t count, std::uint64_t pass_before = 0);
    void settle(listener&);
    void step(listener&);
    void begin_message(listener&);
    void begin_head(listener&);
    void begin_update(listener&);
    void begin_rectangle(listener&);
    void begin_name();
    void next_rectangle();
    void go_on_in_rectangle();
    void end_message();
    void use_new_sizes();
    void fail(std::optional<std::int32_t> encoding = std::nullopt);

    [[nodiscard]] std::span<const std::byte> looked_at() const {
        return std::span(buffer_).first(have_);
    }

    message_dialect dialect_;
    pixel_sizes sizes_;                      ///< of pixels that come now
    std::optional<pixel_sizes> sizes_to_be_; ///< from a later update on
    bool is_mixed_ = false;                  ///< others may come before these
    std::uint64_t open_requests_ = 0;        ///< that no update has answered
    std::uint64_t old_updates_ = 0;          ///< that may still come before the new sizes hold
    bool is_continuous_ = false;
    bool is_continuous_ending_ = false;

    at at_ = at::name;
    std::size_t wanted_ = 0;
    std::size_t have_ = 0;
    std::uint64_t pass_ = 0;
    std::uint64_t seen_ = 0;
    std::uint64_t message_at_ = 0; ///< bytes before the message
    std::uint8_t type_ = 0;
    std::uint32_t rectangles_left_ = 0;
    rectangle rectangle_;
    rectangle_measure measure_;
    std::optional<surprise> surprise_;
    bool has_capabilities_ = false;
    std::array<std::byte, longest_name> buffer_{};
};

} // namespace rfb
