//! Go images and Go versions in Dockerfiles.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lines::DIGEST;
use super::{image, instructions, is_version_name, offset, unquoted};
use crate::mention::{Mention, Role};
use crate::version::leading;

pub(crate) fn dockerfile(text: &str) -> Vec<Mention> {
    let mut reader = Reader { text, arguments: BTreeMap::new(), images: Vec::new(), settings: Vec::new() };
    for instruction in instructions::instructions(text) {
        for (_, part) in &instruction.parts {
            let words: Vec<&str> = part.split_whitespace().collect();
            reader.words(&instruction.name, &words);
        }
    }
    // An argument that is part of an image counts as one.
    reader.images.into_iter().chain(reader.settings).collect()
}

struct Reader<'a> {
    text: &'a str,
    arguments: BTreeMap<&'a str, Value>,
    images: Vec<Mention>,
    settings: Vec<Mention>,
}

/// A text with variables replaced, and where each byte of it is in the file.
#[derive(Clone, Default)]
struct Value {
    text: String,
    from: Vec<usize>,
}

impl Value {
    fn push(&mut self, file: &str, part: &str) {
        let start = offset(file, part);
        self.text.push_str(part);
        self.from.extend(start..start + part.len());
    }

    fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.from.extend(&other.from);
    }

    /// The bytes of the file; `None` if they are in several places.
    fn range(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let from = self.from.get(range.clone())?;
        let start = *from.first()?;
        let is_whole = from.iter().enumerate().all(|(index, at)| *at == start + index);
        is_whole.then(|| start..start + range.len())
    }
}

impl<'a> Reader<'a> {
    fn words(&mut self, instruction: &str, words: &[&'a str]) {
        match (instruction, words) {
            ("FROM", _) => {
                let image = words.iter().find(|word| !word.starts_with("--"));
                self.image(image.copied());
            }
            ("COPY" | "ADD", _) => {
                self.image(words.iter().find_map(|word| word.strip_prefix("--from=")));
            }
            ("ENV", [name, value]) if !name.contains('=') => self.variable(name, value),
            ("ARG" | "ENV", _) => {
                for (name, value) in words.iter().filter_map(|word| word.split_once('=')) {
                    self.variable(name, value);
                }
            }
            _ => {}
        }
    }

    fn variable(&mut self, name: &'a str, value: &'a str) {
        let Some(value) = self.expanded(unquoted(value)) else { return };
        self.image_of(&value);
        if let Some((range, version)) = leading(&value.text).filter(|_| is_version_name(name))
            && let Some(range) = value.range(&range)
        {
            self.settings.push(Mention::new(self.text, range, version, Role::Setting));
        }
        self.arguments.insert(name, value);
    }

    fn image(&mut self, reference: Option<&'a str>) {
        let value = reference.and_then(|reference| self.expanded(unquoted(reference)));
        if let Some(value) = value {
            self.image_of(&value);
        }
    }

    fn image_of(&mut self, value: &Value) {
        if let Some(tag) = image::tag(&value.text)
            && let Some(range) = value.range(&tag.range)
        {
            let mut mention = Mention::new(self.text, range, tag.version, Role::Image);
            mention.fixed_by = tag.has_digest.then_some(DIGEST);
            self.images.push(mention);
        }
    }

    /// `None` if a variable has no value here.
    fn expanded(&self, written: &'a str) -> Option<Value> {
        let mut value = Value::default();
        let mut rest = written;
        while let Some((before, behind)) = rest.split_once('$') {
            value.push(self.text, before);
            let (name, behind) = match behind.strip_prefix('{') {
                Some(braced) => braced.split_once('}')?,
                None => behind.split_at(
                    behind.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(behind.len()),
                ),
            };
            let (name, default) =
                name.split_once(":-").map_or((name, None), |(name, value)| (name, Some(value)));
            match (self.arguments.get(name), default) {
                (Some(known), _) => value.append(known),
                (None, Some(default)) => value.push(self.text, default),
                (None, None) => return None,
            }
            rest = behind;
        }
        value.push(self.text, rest);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_and_arguments_are_found_once() {
        for (text, expected) in [
            ("FROM golang:1.22.5-alpine3.20 AS build\n", &[(1, "1.22.5", Role::Image)][..]),
            ("from --platform=$BUILDPLATFORM golang:1.22\r\n", &[(1, "1.22", Role::Image)]),
            (
                "# x\nARG GO_VERSION=1.22.5\nFROM golang:${GO_VERSION}-alpine\nFROM golang:$GO_VERSION\n",
                &[(2, "1.22.5", Role::Image)],
            ),
            (
                "ARG V=1.22-alpine\nARG BASE=docker.io/library/golang:${V}\nFROM ${BASE}\n",
                &[(1, "1.22", Role::Image)],
            ),
            ("ARG GO_VERSION=\"1.22.5\"\nFROM debian:12\nRUN x\n", &[(1, "1.22.5", Role::Setting)]),
            (
                "FROM debian\nENV PATH=/x \\\n  # no\n  GO_VERSION=1.22.5 \\\n  X=1\n",
                &[(4, "1.22.5", Role::Setting)],
            ),
            ("ENV GOTOOLCHAIN go1.22.5\n", &[(1, "1.22.5", Role::Setting)]),
            ("FROM x:5000/golang:${V:-1.21}@sha256:abc\n", &[(1, "1.21", Role::Image)]),
            ("COPY --from=golang:1.22.5 /usr/local/go /go\n", &[(1, "1.22.5", Role::Image)]),
            ("RUN curl \\\nFROM golang:1.22\n", &[]),
            (
                "RUN <<EOF <<-'B'\r\nFROM golang:1.22\r\nEOF\r\nENV GO_VERSION=1.22\r\n\tB\r\nFROM golang:1.21\r\n",
                &[(6, "1.21", Role::Image)],
            ),
            ("RUN echo <<EOF\nFROM golang:1.22\n", &[(2, "1.22", Role::Image)]),
            ("ARG A=1\nARG B=22\nFROM golang:${A}.${B}\n", &[]),
            ("FROM golang\nFROM golang:alpine\nFROM golang:1\nFROM node:18.1\nFROM golang:$X\n", &[]),
            ("FROM golang:1.24-rc-alpine\nFROM golang:${X\n", &[]),
        ] {
            let mut mentions = crate::FileKind::Dockerfile.read(text).unwrap();
            mentions.sort_by_key(|mention| mention.range.start);
            let found: Vec<_> =
                mentions.iter().map(|one| (one.line, &text[one.range.clone()], one.role)).collect();
            assert_eq!(found, expected, "{text}");
        }
        let pinned = dockerfile("FROM golang:1.22@sha256:abc\n");
        assert_eq!(pinned[0].fixed_by, Some(DIGEST));
    }
}
