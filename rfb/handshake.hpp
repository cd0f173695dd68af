// Listens in on the start of a VNC session and tells what was agreed.      RFC 6143 7.1-7.3
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/pixel_format.hpp"
#include "rfb/security_exchange.hpp"
#include "rfb/side.hpp"
#include "rfb/version.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rfb {

/// "None", "VncAuth", "TLS" ...; "unknown" where a number has no owner.
/// Source: RFC 6143 7.1.2 and the registry it founds.
[[nodiscard]] std::string_view security_type_name(std::uint8_t);

/// "Plain", "X509Vnc" ...; "unknown". Of VeNCrypt's and Tight's lists.
/// Source: rfbproto, VeNCrypt and Tight Security Type.
[[nodiscard]] std::string_view security_subtype_name(std::uint32_t);

/// What is known about a session so far. Text fields are the peer's bytes: escape them.
struct handshake_facts {
    enum class stage {
        in_progress, ///< more bytes are needed
        complete,    ///< ServerInit was read
        refused,     ///< the server said no; see reason
        opaque,      ///< not RFB (TLS, plugin), or a security type whose bytes are private
    };

    stage reached = stage::in_progress;
    std::optional<protocol_version> server_version; ///< both versions become known together
    std::optional<protocol_version> viewer_version; ///< the one that counts
    std::vector<std::uint8_t> security_offered;     ///< security types (RFC 6143 7.1.2), server's
                                                ///< order; where there are layers, of all of them
    std::optional<std::uint8_t> security_chosen; ///< in the last layer
    /// VeNCrypt and Tight have lists of their own behind the type.
    std::vector<std::uint32_t> security_subtypes{};
    std::optional<std::uint32_t> security_subtype{};
    std::string reason;      ///< of a refusal, at most max_text bytes; versions below 3.8 give none
    bool shared = false;     ///< from ClientInit
    std::uint16_t width = 0; ///< pixels
    std::uint16_t height = 0;
    pixel_format format{};    ///< of the server
    std::string desktop_name; ///< at most max_text bytes

    static constexpr std::size_t max_text = 256;

    friend bool operator==(const handshake_facts&, const handshake_facts&) = default;
};

/// Passive: sees copies of both directions in the order in which the relay read them, never changes
/// or delays a byte, never fails. The first surprise ends the reading (stage::opaque).
/// The result does not depend on how the bytes were cut, nor, up to max_lead, on which side's bytes
/// were seen first.
class handshake_reader {
public:
    /// Bytes kept of one direction while the other is behind. More than this is a surprise.
    static constexpr std::size_t max_lead = 1024;

    /// Looks at bytes which `from` sent, and says how many belong to the handshake or were kept.
    /// Does nothing once done().
    std::size_t feed(side from, std::span<const std::byte>);

    [[nodiscard]] bool done() const {
        return facts_.reached != handshake_facts::stage::in_progress;
    }

    [[nodiscard]] const handshake_facts& facts() const { return facts_; }

    /// Where it is complete: bytes of ServerInit that are still to come, since more of a name is
    /// not waited for.
    [[nodiscard]] std::uint32_t rest_of_name() const { return rest_of_name_; }

    /// Where it is complete, or is listened to: bytes that it was fed and did not read.
    [[nodiscard]] std::vector<std::byte> take_unread(side s) {
        return std::exchange(unread(s), {});
    }

    /// What is read next. Each step has one sender, but for the first, which has both, and
    /// exchanges. By their numbers in a record of another process: new ones come last.
    enum class step {
        versions,
        security_types,  ///< 3.7 on: a list
        security_choice, ///< 3.7 on
        security_type,   ///< 3.3: the server decides
        security_result,
        refusal_reason,
        client_init,
        server_init,
        prompt, ///< UltraVNC's versions 3.14 to 3.18
        exchange,
        client_text,
        vencrypt_version,
        vencrypt_answer,
        vencrypt_consent,
        vencrypt_types,
        vencrypt_choice,
        tight_tunnels,
        tight_tunnel,
        tight_types,
        tight_choice,
    };

    [[nodiscard]] step next_step() const { return step_; }

    /// Hears of all bytes that are read, in order, once it is known what they are; of an exchange
    /// in pieces.
    class listener {
    public:
        virtual void read(side from, std::span<const std::byte>, step as) = 0;

    protected:
        ~listener() = default;
    };

    /// Tells of what is read from now on. What is read without being told: a refusal's reason.
    void tell(listener& l) { listener_ = &l; }

    /// While its listener hears of bytes of the other side: `from` says this next, before all that
    /// it was fed. At most as long as the next step is.
    void say_first(side from, std::span<const std::byte> bytes) {
        auto& kept = unread(from);
        kept.insert(kept.begin(), bytes.begin(), bytes.end());
    }

    /// All that it knows, for another process to go on from.
    struct state {
        handshake_facts facts;
        std::uint8_t step = 0;                          ///< what is read next, by its number
        std::uint8_t dialect = 0;                       ///< whose rules hold, by its number
        std::array<std::vector<std::byte>, 2> unread{}; ///< bytes of the viewer, of the server
        security_exchange::state exchange{};            ///< that is under way
        std::uint16_t offered_before = 0;               ///< types of earlier layers
        std::uint8_t layers = 0;                        ///< that have been opened

        friend bool operator==(const state&, const state&) = default;
    };

    [[nodiscard]] state save() const;

    /// Nothing where no reader is ever in that state.
    [[nodiscard]] static std::optional<handshake_reader> restore(state);

private:
    // Versions that share their rules. Ordered.
    enum class dialect { v3_3, v3_7, v3_8 };

    [[nodiscard]] static std::optional<dialect> dialect_of(protocol_version);

    // Reads one step; false where more bytes are needed.
    [[nodiscard]] bool advance();
    [[nodiscard]] bool read_versions();
    [[nodiscard]] bool read_security_types();
    [[nodiscard]] bool read_security_choice();
    [[nodiscard]] bool read_security_type();
    [[nodiscard]] bool read_security_result();
    [[nodiscard]] bool read_refusal_reason();
    [[nodiscard]] bool read_client_init();
    [[nodiscard]] bool read_server_init();
    [[nodiscard]] bool read_exchange(step next);
    [[nodiscard]] bool read_vencrypt_version(side from, step next);
    [[nodiscard]] bool read_vencrypt_consent();
    [[nodiscard]] bool read_vencrypt_types();
    [[nodiscard]] bool read_subtype_choice();
    [[nodiscard]] bool read_tight_tunnels();
    [[nodiscard]] bool read_tight_tunnel();
    [[nodiscard]] bool read_tight_types();
    [[nodiscard]] bool has_no_result(std::span<const std::byte> server) const;
    [[nodiscard]] bool opens_layers() const;

    [[nodiscard]] static bool may_speak_rfb(std::span<const std::byte> start);

    // These say how a step ended; all return true.
    bool choose(std::uint8_t type, side chooser, std::size_t consumed);
    bool choose_subtype(std::uint32_t, std::size_t consumed);
    bool begin(security_exchange, side chooser, std::size_t consumed);
    bool begin_none(side chooser, std::size_t consumed);
    bool open_layer(std::size_t consumed);
    bool go_on(side from, std::size_t consumed, step next);
    bool finish(handshake_facts::stage);

    [[nodiscard]] std::vector<std::byte>& unread(side s) {
        return unread_[s == side::viewer ? 0 : 1];
    }

    handshake_facts facts_;
    step step_ = step::versions;
    dialect dialect_ = dialect::v3_8;
    security_exchange exchange_;
    std::uint16_t offered_before_ = 0;
    std::uint8_t layers_ = 0;
    std::uint32_t rest_of_name_ = 0;
    listener* listener_ = nullptr;
    std::array<std::vector<std::byte>, 2> unread_; // at most max_lead each; freed when done
};

} // namespace rfb
