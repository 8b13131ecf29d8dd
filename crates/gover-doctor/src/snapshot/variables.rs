//! The environment as checks see it.

/// Environment variables. Names are case-insensitive on Windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables {
    variables: Vec<(String, String)>,
    ignores_case: bool,
}

impl Variables {
    pub fn new(ignores_case: bool) -> Self {
        Self { variables: Vec::new(), ignores_case }
    }

    pub fn set(&mut self, name: &str, value: &str) {
        let at = self.variables.iter().position(|(known, _)| self.is(known, name));
        match at.and_then(|at| self.variables.get_mut(at)) {
            Some((_, known)) => value.clone_into(known),
            None => self.variables.push((name.to_owned(), value.to_owned())),
        }
    }

    pub fn remove(&mut self, name: &str) {
        let ignores_case = self.ignores_case;
        self.variables.retain(|(known, _)| !is_same(known, name, ignores_case));
    }

    /// A value; `None` if unset or empty.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.even_empty(name).filter(|value| !value.is_empty())
    }

    /// A value, even if it is empty.
    pub fn even_empty(&self, name: &str) -> Option<&str> {
        self.variables.iter().find(|(known, _)| self.is(known, name)).map(|(_, value)| value.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A text from the registry with `%NAMES%` expanded; unknown ones stay.
    pub fn expand(&self, text: &str) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            expanded.push_str(before);
            match after.split_once('%') {
                Some((name, behind)) if self.value(name).is_some() => {
                    expanded.push_str(self.value(name).unwrap_or_default());
                    rest = behind;
                }
                _ => {
                    expanded.push('%');
                    rest = after;
                }
            }
        }
        expanded + rest
    }

    fn is(&self, known: &str, name: &str) -> bool {
        is_same(known, name, self.ignores_case)
    }
}

fn is_same(known: &str, name: &str, ignores_case: bool) -> bool {
    if ignores_case { known.eq_ignore_ascii_case(name) } else { known == name }
}
