import Base

/// What notification templates see: Alertmanager's `template.Data`.
public struct NotificationData: Sendable {
    /// One alert of the notification.
    public struct Alert: Sendable {
        /// `firing` or `resolved`.
        public var status: String
        /// Its labels; nil where data from outside has none.
        public var labels: [String: String]?
        /// Its annotations; nil where data from outside has none.
        public var annotations: [String: String]?
        /// When it began.
        public var startsAt: ZonedTime
        /// When it ended; Go's zero time while it fires.
        public var endsAt: ZonedTime
        /// Where it came from.
        public var generatorURL: String
        /// 16 hex digits.
        public var fingerprint: String

        /// An alert.
        public init(
            status: String, labels: [String: String]?, annotations: [String: String]?, startsAt: ZonedTime,
            endsAt: ZonedTime = .zero, generatorURL: String = "", fingerprint: String = ""
        ) {
            self.status = status
            self.labels = labels
            self.annotations = annotations
            self.startsAt = startsAt
            self.endsAt = endsAt
            self.generatorURL = generatorURL
            self.fingerprint = fingerprint
        }
    }

    /// The receiver's name, quoted as a regular expression.
    public var receiver = ""
    /// `firing` or `resolved`.
    public var status = ""
    /// The alerts in the order in which they are shown; nil, like the maps, only where data from outside has none.
    public var alerts: [Alert]? = []
    /// Why it is sent; empty in Alertmanager unless it says so.
    public var notificationReason = ""
    /// The labels the group is made by.
    public var groupLabels: [String: String]? = [:]
    /// Labels that all alerts share.
    public var commonLabels: [String: String]? = [:]
    /// Annotations that all alerts share.
    public var commonAnnotations: [String: String]? = [:]
    /// The labels of the route, their templates filled in.
    public var routeLabels: [String: String]? = [:]
    /// The address of the program.
    public var externalURL = ""

    /// Empty data, to be filled.
    public init() {}

    /// The data as templates take it; parsed once, it may be executed often.
    public var value: TemplateValue { .object(DataObject(data: self)) }
}

/// `template.Data`.
private struct DataObject: TemplateObject {
    let fields: [TemplateField]
    let routeLabels: [String: String]
    var type: TemplateType { TemplateType("template.Data", .structure) }

    init(data: NotificationData) {
        routeLabels = data.routeLabels ?? [:]
        var fields = [
            TemplateField("Receiver", .string(data.receiver), json: "receiver"),
            TemplateField("Status", .string(data.status), json: "status"),
            TemplateField("Alerts", AlertList.value(data.alerts), json: "alerts"),
            TemplateField("NotificationReason", .string(data.notificationReason), json: "notification_reason"),
            TemplateField("GroupLabels", .labelSet(data.groupLabels), json: "groupLabels"),
            TemplateField("CommonLabels", .labelSet(data.commonLabels), json: "commonLabels"),
            TemplateField("CommonAnnotations", .labelSet(data.commonAnnotations), json: "commonAnnotations"),
        ]
        if !routeLabels.isEmpty {
            fields.append(TemplateField("RouteLabels", .labelSet(routeLabels), json: "routeLabels"))
        }
        fields.append(TemplateField("ExternalURL", .string(data.externalURL), json: "externalURL"))
        self.fields = fields
    }

    /// Labels of the route are always there, but shown as part of the whole only where a route has some: Alertmanager
    /// before 0.34 does not know them.
    func field(_ name: String) -> TemplateValue? {
        name == "RouteLabels" ? .labelSet(routeLabels) : fields.first { $0.name == name }?.value
    }
}

extension TemplateValue {
    /// The labels of the route that the data of a notification carry; none in other values.
    public var routeLabels: [String: String] {
        guard case .object(let object) = self, let data = object as? DataObject else { return [:] }
        return data.routeLabels
    }
}

/// `template.Alert`.
private struct AlertObject: TemplateObject {
    let status: String
    let fields: [TemplateField]
    var type: TemplateType { AlertList.elementType }

    init(_ alert: NotificationData.Alert) {
        status = alert.status
        fields = [
            TemplateField("Status", .string(alert.status), json: "status"),
            TemplateField("Labels", .labelSet(alert.labels), json: "labels"),
            TemplateField("Annotations", .labelSet(alert.annotations), json: "annotations"),
            TemplateField("StartsAt", .time(alert.startsAt), json: "startsAt"),
            TemplateField("EndsAt", .time(alert.endsAt), json: "endsAt"),
            TemplateField("GeneratorURL", .string(alert.generatorURL), json: "generatorURL"),
            TemplateField("Fingerprint", .string(alert.fingerprint), json: "fingerprint"),
        ]
    }
}

/// `template.Alerts`: a list with the methods Firing and Resolved.
private struct AlertList: TemplateMethods {
    static let elementType = TemplateType("template.Alert", .structure)

    static func value(_ alerts: [NotificationData.Alert]?) -> TemplateValue {
        var list = TemplateList(
            (alerts ?? []).map { .object(AlertObject($0)) },
            type: TemplateType("template.Alerts", .list, underlying: "[]template.Alert"), methods: AlertList())
        list.isNil = alerts == nil
        return .list(list)
    }

    func method(_ name: String, of receiver: TemplateValue) -> TemplateFunction? {
        switch name {
        case "Firing": filter(receiver, "firing")
        case "Resolved": filter(receiver, "resolved")
        default: nil
        }
    }

    private func filter(_ receiver: TemplateValue, _ status: String) -> TemplateFunction? {
        guard case .list(let list) = receiver else { return nil }
        return TemplateFunction { _ in
            let chosen = list.elements.filter { element in
                guard case .object(let object) = element, let alert = object as? AlertObject else { return false }
                return alert.status == status
            }
            return .list(TemplateList(chosen, type: TemplateType("[]template.Alert", .list)))
        }
    }
}
