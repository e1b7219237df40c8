import Base

/// The earliest of many deadlines: a binary heap. Insertion and removal are O(log n).
///
/// What was put in stays until it comes up; the owner knows whether it still counts.
struct DeadlineQueue<Item: Sendable>: Sendable {
    private struct Entry: Sendable {
        let time: Timestamp
        let order: UInt64
        let item: Item

        func comesBefore(_ other: Entry) -> Bool {
            time != other.time ? time < other.time : order < other.order
        }
    }
    private var heap: [Entry] = []
    private var counter: UInt64 = 0

    /// The earliest deadline and what is due then.
    var first: (time: Timestamp, item: Item)? { heap.first.map { ($0.time, $0.item) } }

    var count: Int { heap.count }

    mutating func insert(_ item: Item, at time: Timestamp) {
        counter += 1
        heap.append(Entry(time: time, order: counter, item: item))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].comesBefore(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest out.
    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].comesBefore(heap[least]) { least = child }
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
