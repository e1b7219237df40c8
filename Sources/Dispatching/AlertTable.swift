import Alerts
import Base

/// An alert and where it belongs.
struct AlertEntry: Sendable {
    var alert: Alert
    /// The end that is stored; everything else that is stored is as in ``alert``. Nil while nothing is.
    var storedEnd: Timestamp?
    /// The routes it takes, a number of ``RouteSets``.
    var routes: Int32 = 0
    /// How many groups it is a member of.
    var memberships: Int32 = 0
    /// The state of the silences that ``silences`` were found in.
    var silenceVersion: Int32 = -1
    /// The group of its first route, when it was last looked for; 0 for none.
    var group = 0
    /// The groups of its other routes, likewise.
    var otherGroups: [Int] = []
    /// Silences that match it, ended ones too.
    var silences: [String] = []

    init(_ alert: Alert) { self.alert = alert }

    /// The group of its `place`-th route, when it was last looked for; 0 for none.
    subscript(group place: Int) -> Int {
        get { place == 0 ? group : place <= otherGroups.count ? otherGroups[place - 1] : 0 }
        set {
            if place == 0 {
                group = newValue
            } else {
                while otherGroups.count < place { otherGroups.append(0) }
                otherGroups[place - 1] = newValue
            }
        }
    }

    /// Takes in what was told anew of the same labels.
    /// - Returns: Whether a restart must know of it: all but what only prolongs the alert by less than `bearable`.
    mutating func update(by newer: Alert, at now: Timestamp, bearable: Duration) -> Bool {
        let updated = alert.updated(by: newer, at: now)
        let isSame =
            updated.startsAt == alert.startsAt && updated.isTimeout == alert.isTimeout
            && updated.annotations == alert.annotations && updated.generatorURL == alert.generatorURL
        alert.endsAt = updated.endsAt
        alert.updatedAt = updated.updatedAt
        if !isSame {
            alert.startsAt = updated.startsAt
            alert.isTimeout = updated.isTimeout
            // Where nothing has changed the old text stays, which other alerts share.
            if updated.annotations != alert.annotations { alert.annotations = updated.annotations }
            if updated.generatorURL != alert.generatorURL { alert.generatorURL = updated.generatorURL }
        }
        guard isSame, let storedEnd else { return true }
        let longer = alert.endsAt - storedEnd
        return longer < .zero || longer >= bearable || (storedEnd <= now) != alert.isResolved(at: now)
    }
}

/// All alerts by fingerprint, in blocks that never move: a storm costs no second copy of what is there.
struct AlertTable: Sendable {
    private static let blockSize = 128

    private var places: [Fingerprint: Int32] = [:]
    private var blocks: [[AlertEntry?]] = []
    private var free: [Int32] = []
    private var used: Int32 = 0

    var count: Int { places.count }
    /// In no order.
    var fingerprints: [Fingerprint] { Array(places.keys) }

    /// Reads or changes an alert in place; setting nil forgets it.
    subscript(fingerprint: Fingerprint) -> AlertEntry? {
        get { places[fingerprint].flatMap { self[place: $0] } }
        _modify {
            if let place = places[fingerprint] {
                yield &blocks[Int(place) / Self.blockSize][Int(place) % Self.blockSize]
                if self[place: place] == nil {
                    places[fingerprint] = nil
                    free.append(place)
                }
            } else {
                var entry: AlertEntry?
                yield &entry
                if let entry { insert(entry, fingerprint) }
            }
        }
    }

    /// Where an alert is kept until it is forgotten.
    func place(of fingerprint: Fingerprint) -> Int32? { places[fingerprint] }

    /// The alert at a place that ``place(of:)`` told.
    subscript(place place: Int32) -> AlertEntry? {
        _read { yield blocks[Int(place) / Self.blockSize][Int(place) % Self.blockSize] }
        _modify { yield &blocks[Int(place) / Self.blockSize][Int(place) % Self.blockSize] }
    }

    /// Adds an alert that is not there.
    @discardableResult
    mutating func insert(_ entry: AlertEntry, _ fingerprint: Fingerprint) -> Int32 {
        let place: Int32
        if let known = free.popLast() {
            place = known
            self[place: place] = entry
        } else {
            place = used
            used += 1
            if Int(place) % Self.blockSize == 0 {
                var block: [AlertEntry?] = []
                block.reserveCapacity(Self.blockSize)
                blocks.append(block)
            }
            blocks[blocks.count - 1].append(entry)
        }
        places[fingerprint] = place
        return place
    }

    /// Looks at all alerts, in no order.
    func forEach(_ body: (borrowing AlertEntry) -> Void) {
        for block in blocks {
            for case let entry? in block { body(entry) }
        }
    }
}
