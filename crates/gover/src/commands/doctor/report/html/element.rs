//! Writes HTML. Every text and every value of an attribute is escaped here and nowhere else.

use gover_core::text::shown;
use gover_doctor::Language;

pub(super) struct Page {
    html: String,
    pub(super) language: Language,
}

impl Page {
    pub(super) fn new(language: Language) -> Self {
        Self { html: String::new(), language }
    }

    /// HTML that is part of this program. No text of a report may come here.
    pub(super) fn raw(&mut self, html: &str) {
        self.html.push_str(html);
    }

    pub(super) fn text(&mut self, text: &str) {
        for c in shown(text).chars() {
            match c {
                '&' => self.html.push_str("&amp;"),
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '"' => self.html.push_str("&quot;"),
                '\'' => self.html.push_str("&#39;"),
                c => self.html.push(c),
            }
        }
    }

    /// An element with attributes and content. An attribute with an empty value is one that only exists.
    pub(super) fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        content: impl FnOnce(&mut Self),
    ) {
        self.raw("<");
        self.raw(name);
        for (attribute, value) in attributes {
            self.raw(" ");
            self.raw(attribute);
            if !value.is_empty() {
                self.raw("=\"");
                self.text(value);
                self.raw("\"");
            }
        }
        self.raw(">");
        content(self);
        self.raw("</");
        self.raw(name);
        self.raw(">");
        if IN_LINES.contains(&name) {
            self.raw("\n");
        }
    }

    pub(super) fn finished(self) -> String {
        self.html
    }
}

/// After these a line ends, so that two reports can be compared line by line.
const IN_LINES: [&str; 12] =
    ["title", "h1", "h2", "h3", "p", "pre", "li", "tr", "dt", "dd", "section", "details"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_means_anything_to_html() {
        let mut page = Page::new(Language::English);
        page.element("code", &[("title", "a\" onload='x")], |page| page.text("</code><script>&\u{202e}"));
        assert_eq!(
            page.finished(),
            "<code title=\"a&quot; onload=&#39;x\">&lt;/code&gt;&lt;script&gt;&amp;\\u{202e}</code>"
        );
    }
}
