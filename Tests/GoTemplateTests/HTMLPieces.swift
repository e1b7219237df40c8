import TestSupport

/// Bits of HTML between actions; joined at random they often make no sense, as hostile input does.
enum HTMLPieces {
    static func piece(_ chance: inout SeededGenerator) -> String {
        chance.pick([
            " ", "text ", "<b>", "</b>", "<a href=\"", "\">", "<a href='/x?q=", "'>", "<p title=", ">", "<br/>",
            "<img src=\"/i?",
            "<div style=\"color: ", "\">", "<script>var x = ", ";</script>", "<style>p { color: ", " }</style>",
            "<!-- note ", "-->",
            "<textarea>", "</textarea>", "<a onclick=\"f(", ")\">", "<title>", "</title>", "a&amp;b", "é",
            "<td data-x='", "'>", "</a>",
        ])
    }
}
