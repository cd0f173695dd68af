// Two tables, by what a record is about.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/handover/holdings.hpp"

#include <utility>

namespace repeater {

namespace {

template <class Key, class Table>
void hold(Table& in, service::record r) {
    const auto key = read<Key>(r.fields);
    if (key && r.descriptors.size() == 1) {
        in.insert_or_assign(*key, typename Table::mapped_type{std::move(r.fields),
                                                              std::move(r.descriptors.front())});
    }
}

template <class Key, class Table>
void let_go(Table& in, const service::record& r) {
    if (const auto key = read<Key>(r.fields)) {
        in.erase(*key);
    }
}

template <class Table>
void tell_all(const Table& of, record_kind kind, const holdings::teller& tell) {
    for (const auto& [key, each] : of) {
        tell(kind, each.fields, each.descriptor.get());
    }
}

} // namespace

bool holdings::apply(service::record r) {
    switch (static_cast<record_kind>(r.kind)) {
    case record_kind::listener:
        hold<moved_listener>(listeners_, std::move(r));
        return true;
    case record_kind::waiter: // its fields begin with its number
        hold<session_number>(waiters_, std::move(r));
        return true;
    case record_kind::not_listening:
        let_go<moved_listener>(listeners_, r);
        return true;
    case record_kind::no_longer:
        let_go<session_number>(waiters_, r);
        return true;
    default:
        return false;
    }
}

void holdings::clear() {
    listeners_.clear();
    waiters_.clear();
}

void holdings::tell(const teller& to) const {
    tell_all(listeners_, record_kind::listener, to);
    tell_all(waiters_, record_kind::waiter, to);
}

} // namespace repeater
