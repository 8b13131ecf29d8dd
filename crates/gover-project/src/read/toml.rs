//! mise.toml and `.prototools`.

use toml_edit::{Document, Item, TableLike, Value};

use super::{Malformed, is_version_name, moved};
use crate::mention::{Mention, Role};
use crate::version::whole;

pub(crate) fn mise(text: &str) -> Result<Vec<Mention>, Malformed> {
    read(text, |path| match path {
        ["tools", "go" | "golang" | "core:go"] | ["tools", "go" | "golang" | "core:go", "version"] => {
            Some(Role::Pin)
        }
        ["env" | "vars", name] if is_version_name(name) => Some(Role::Setting),
        _ => None,
    })
}

pub(crate) fn prototools(text: &str) -> Result<Vec<Mention>, Malformed> {
    read(text, |path| (path == ["go"]).then_some(Role::Pin))
}

fn read(text: &str, role: fn(&[&str]) -> Option<Role>) -> Result<Vec<Mention>, Malformed> {
    let document = Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Malformed::at(text, at, "it is not valid TOML")
    })?;
    let mut reader = Reader { text, role, mentions: Vec::new() };
    reader.table(document.as_table(), &mut Vec::new());
    Ok(reader.mentions)
}

struct Reader<'a> {
    text: &'a str,
    role: fn(&[&str]) -> Option<Role>,
    mentions: Vec<Mention>,
}

impl Reader<'_> {
    fn table<'t>(&mut self, table: &'t dyn TableLike, path: &mut Vec<&'t str>) {
        for (key, item) in table.iter() {
            path.push(key);
            match item {
                Item::Value(value) => self.value(value, path, None),
                item => {
                    if let Some(table) = item.as_table_like() {
                        self.table(table, path);
                    }
                }
            }
            path.pop();
        }
    }

    fn value<'t>(&mut self, value: &'t Value, path: &mut Vec<&'t str>, list: Option<usize>) {
        match value {
            Value::InlineTable(table) => self.table(table, path),
            Value::Array(array) => {
                let list = array.span().map(|span| span.start);
                array.iter().for_each(|element| self.value(element, path, list));
            }
            Value::String(string) => {
                if let (Some(role), Some(span)) = ((self.role)(path), string.span()) {
                    let mention = self.text_at(string.value(), span.start, role);
                    self.mentions.extend(mention.map(|mention| Mention { list, ..mention }));
                }
            }
            _ => {}
        }
    }

    /// The version in the quotes that begin at `start`.
    fn text_at(&self, value: &str, start: usize, role: Role) -> Option<Mention> {
        let rest = self.text.get(start..)?;
        let quotes = rest.len() - rest.trim_start_matches(['"', '\'']).len();
        // A text with escapes is not found like this.
        rest.get(quotes..)?.strip_prefix(value)?;
        let (range, version) = whole(value)?;
        Some(Mention::new(self.text, moved(&range, start + quotes), version, role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_go_are_found_in_every_form() {
        for (text, expected) in [
            ("[tools]\nnode = \"1.20\"\ngo = \"1.22.5\" # go = \"1.21\"\n", &["1.22.5"][..]),
            ("\u{feff}[tools]\r\ngo = '1.22'\r\n", &["1.22"]),
            ("tools.go = \"1.22\"\n", &["1.22"]),
            ("[tools]\n\"core:go\" = { version = \"1.22\", x = 1 }\n", &["1.22"]),
            ("[tools.go]\nversion = \"1.22\"\n", &["1.22"]),
            ("[tools]\ngo = [\n  \"1.22.5\", # a\n  '1.21.3',\n]\n", &["1.22.5", "1.21.3"]),
            ("[env]\nGOTOOLCHAIN = \"go1.22.5\"\nX = \"1.22\"\n", &["1.22.5"]),
            ("[tools]\ngo = \"latest\"\n[tasks.x]\ngo = \"1.20\"\n", &[]),
            ("[tools]\ngo = \"1.\\u0032\"\n", &[]),
        ] {
            let mentions = mise(text).unwrap();
            let found: Vec<_> = mentions.iter().map(|one| &text[one.range.clone()]).collect();
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(prototools("go = \"1.22.5\"\n[x]\ngo = \"1.21\"\n").unwrap().len(), 1);
        assert_eq!(mise("[tools]\ngo = 1.22.5\n").unwrap_err().line, 2);
    }
}
