internal import CCrypt

/// bcrypt, the hash of passwords in web configuration files.
enum PasswordHash {
    /// Why `hash` cannot be one; nil when it may.
    static func problem(_ hash: String) -> String? {
        let bytes = Array(hash.utf8)
        guard bytes.count >= 59 else { return "too short" }
        guard bytes[0] == UInt8(ascii: "$"), bytes[1] == UInt8(ascii: "2") else { return "it does not begin with $2" }
        let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, let cost = Int(parts[2]), (4...31).contains(cost) else {
            return "its cost is no number from 4 to 31"
        }
        return nil
    }

    /// Whether `hash` was made of `password`. Takes tens of milliseconds on purpose: not for the concurrency pool.
    static func matches(_ password: String, _ hash: String) -> Bool {
        if password.utf8.contains(0) { return false }
        // Go takes any letter, or none, behind the 2; they all mean the same there.
        let salt = hash.drop { $0 != "2" }.drop { $0 != "$" }
        let setting = "$2b" + salt.prefix(26)
        var out = [CChar](repeating: 0, count: 128)
        guard ccrypt_hash(password, setting, &out, out.count) != 0 else { return false }
        let made = out.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return sameText(
            made.dropFirst(4),
            Array(
                hash.utf8.drop { $0 != UInt8(ascii: "2") }.drop {
                    $0 != UInt8(ascii: "$")
                }
            ).dropFirst(1))
    }

    /// Compared in a time that does not tell where they differ.
    static func sameText(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
