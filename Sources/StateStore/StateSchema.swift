/// The tables of every version of the state file. What has been released is never edited: a change is a new step.
enum StateSchema {
    /// `rule`, which tells our files from others (`PRAGMA application_id`).
    static let applicationID: Int64 = 0x7275_6C65

    /// Step N brings a file of version N to version N + 1.
    static let steps: [[String]] = [
        [
            """
            CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID
            """,
            """
            CREATE TABLE alert_states (
                file TEXT NOT NULL, rule_group TEXT NOT NULL, rule TEXT NOT NULL, labels BLOB NOT NULL,
                state TEXT NOT NULL, active_at INTEGER NOT NULL, fired_at INTEGER, resolved_at INTEGER,
                keep_firing_since INTEGER, last_sent_at INTEGER, valid_until INTEGER, value REAL,
                annotations BLOB NOT NULL,
                PRIMARY KEY (file, rule_group, rule, labels)) WITHOUT ROWID
            """,
            """
            CREATE TABLE alerts (
                fingerprint INTEGER NOT NULL PRIMARY KEY, labels BLOB NOT NULL, annotations BLOB NOT NULL,
                starts_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
                is_timeout INTEGER NOT NULL, generator_url TEXT NOT NULL) WITHOUT ROWID
            """,
            """
            CREATE TABLE groups (
                route TEXT NOT NULL, labels BLOB NOT NULL, next_flush INTEGER NOT NULL, has_flushed INTEGER NOT NULL,
                is_flushing INTEGER NOT NULL, PRIMARY KEY (route, labels)) WITHOUT ROWID
            """,
            """
            CREATE TABLE notification_log (
                group_key TEXT NOT NULL, receiver TEXT NOT NULL, type TEXT NOT NULL, number INTEGER NOT NULL,
                at INTEGER NOT NULL, expires_at INTEGER NOT NULL, firing BLOB NOT NULL, resolved BLOB NOT NULL,
                PRIMARY KEY (group_key, receiver, type, number)) WITHOUT ROWID
            """,
            """
            CREATE TABLE silences (
                id TEXT NOT NULL PRIMARY KEY, starts_at INTEGER NOT NULL, ends_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL, created_by TEXT NOT NULL, comment TEXT NOT NULL,
                matchers BLOB NOT NULL) WITHOUT ROWID
            """,
            """
            CREATE TABLE incidents (
                id TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL, group_key TEXT NOT NULL,
                opened_at INTEGER NOT NULL, acknowledged_at INTEGER, resolved_at INTEGER,
                payload BLOB NOT NULL) WITHOUT ROWID
            """,
            """
            CREATE TABLE history (
                at INTEGER NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
                payload TEXT NOT NULL, PRIMARY KEY (at, number)) WITHOUT ROWID
            """,
            "CREATE INDEX history_by_subject ON history (subject, at)",
        ],
        [
            """
            CREATE TABLE alerts_in_order (
                number INTEGER NOT NULL PRIMARY KEY, fingerprint INTEGER NOT NULL, labels BLOB NOT NULL,
                annotations BLOB NOT NULL, starts_at INTEGER NOT NULL, ends_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL, is_timeout INTEGER NOT NULL, generator_url TEXT NOT NULL)
            """,
            """
            INSERT INTO alerts_in_order (
                fingerprint, labels, annotations, starts_at, ends_at, updated_at, is_timeout, generator_url)
            SELECT fingerprint, labels, annotations, starts_at, ends_at, updated_at, is_timeout, generator_url FROM alerts
            """,
            "DROP TABLE alerts",
            "ALTER TABLE alerts_in_order RENAME TO alerts",
        ],
    ]

    /// The version this program writes.
    static var version: Int { steps.count }

    /// Brings the file to ``version``, all in one transaction.
    /// - Returns: the version found when it is later than ours, and nothing was touched.
    static func migrate(_ connection: inout SQLiteConnection) throws(SQLiteError) -> Int? {
        let found = Int(try connection.number("PRAGMA user_version"))
        if found > version { return found }
        if found == version { return nil }
        try connection.execute("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            for step in steps[found...] {
                for statement in step { try connection.execute(statement) }
            }
            try connection.execute("PRAGMA application_id=\(applicationID)")
            try connection.execute("PRAGMA user_version=\(version)")
            try connection.execute("COMMIT")
        } catch {
            try connection.execute("ROLLBACK")
            throw error
        }
        return nil
    }
}
