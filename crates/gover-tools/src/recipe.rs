//! How a program is built again at the same version.

use std::ffi::OsString;
use std::fmt;

use gover_core::Platform;
use gover_core::text::shown;

use crate::BuildInfo;
use crate::settings::{ALWAYS, Repeated, repeated};

/// The arguments and variables of a `go install` that makes the same program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// `golang.org/x/tools/cmd/stringer@v0.36.0`
    pub subject: String,
    pub(crate) arguments: Vec<String>,
    pub(crate) variables: Vec<(&'static str, OsString)>,
    /// What the new program must say of itself. `None`: nothing is known about it before.
    pub(crate) expected: Option<BuildInfo>,
}

/// Why a program cannot be built again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Nothing names its package.
    NoPackage,
    /// It was built in the directory of its source.
    Checkout,
    /// Modules were replaced, which `go install` of a version cannot do.
    Replaced(Vec<String>),
    /// It is a program of Go itself.
    OfGo,
    /// It is for another machine.
    Platform(String),
    /// It was built with an option that gover does not repeat.
    Option(String),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPackage => write!(f, "does not say which package it was built from"),
            Self::Checkout => write!(f, "built from a checkout"),
            Self::Replaced(modules) => match modules.as_slice() {
                [one] => write!(f, "built with another module in place of {}", shown(one)),
                all => write!(f, "built with other modules in place of {}", shown(&all.join(", "))),
            },
            Self::OfGo => write!(f, "a part of Go"),
            Self::Platform(platform) => write!(f, "built for {}", shown(platform)),
            Self::Option(option) => write!(f, "built with {}, which gover does not repeat", shown(option)),
        }
    }
}

impl Recipe {
    /// For a program that says this of itself, on this platform.
    pub fn again(info: &BuildInfo, platform: &Platform) -> Result<Self, Obstacle> {
        let package = info.package.as_deref().ok_or(Obstacle::NoPackage)?;
        if !info.replaced.is_empty() {
            return Err(Obstacle::Replaced(info.replaced.clone()));
        }
        if !package.split('/').next().is_some_and(|host| host.contains('.')) {
            return Err(if info.module.is_none() { Obstacle::OfGo } else { Obstacle::Checkout });
        }
        let module = info.module.as_ref().filter(|_| !info.is_from_checkout()).ok_or(Obstacle::Checkout)?;
        if let Some((os, arch)) = info.platform()
            && (os, arch) != (platform.os(), platform.arch())
        {
            return Err(Obstacle::Platform(format!("{os}/{arch}")));
        }
        let subject = format!("{package}@{}", module.version);
        if !is_subject(&subject) {
            return Err(Obstacle::NoPackage);
        }
        let mut recipe = Self::of(subject);
        recipe.repeat(info)?;
        recipe.expected = Some(info.clone());
        Ok(recipe)
    }

    /// For a package that a person named with a version. `None` if it is not one.
    pub fn named(subject: &str) -> Option<Self> {
        let (package, version) = subject.split_once('@')?;
        let is_remote = package.split('/').next().is_some_and(|host| host.contains('.'));
        let is_path = is_remote && !package.starts_with('.') && !version.is_empty();
        (is_path && is_subject(subject)).then(|| Self::of(subject.to_owned()))
    }

    fn of(subject: String) -> Self {
        // A project's `-mod=vendor` in GOFLAGS would refuse to look a version up.
        let arguments = vec!["-mod=mod".to_owned()];
        Self { subject, arguments, variables: Vec::new(), expected: None }
    }

    /// The settings that make another program of the same source.
    fn repeat(&mut self, info: &BuildInfo) -> Result<(), Obstacle> {
        let recorded = info.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let others = ALWAYS.iter().copied().filter(|(name, _)| !info.settings.contains_key(*name));
        for (name, value) in recorded.chain(others) {
            match repeated(name, value).ok_or_else(|| Obstacle::Option(name.to_owned()))? {
                Repeated::Argument(argument) => self.arguments.push(argument),
                Repeated::Variable(name, value) => self.variables.push((name, value.into())),
                Repeated::Nothing => {}
            }
        }
        Ok(())
    }
}

/// Letters, digits and what module paths and versions have besides.
fn is_subject(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./-_~@+!".contains(&byte))
        && !text.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(lines: &str) -> BuildInfo {
        BuildInfo::new(Some("go1.25.3".to_owned()), lines)
    }

    fn again(lines: &str) -> Result<Recipe, Obstacle> {
        Recipe::again(&info(lines), &Platform::new("linux", "amd64").unwrap())
    }

    #[test]
    fn the_same_version_with_the_same_settings() {
        let recipe = again(
            "path\tx.org/a/cmd/b\nmod\tx.org/a\tv1.2.3\th1:x=\nbuild\t-tags=one,two\nbuild\tCGO_ENABLED=0\n\
             build\tGOOS=linux\nbuild\tGOARCH=amd64\nbuild\t-ldflags=\"-s -w -X main.v=1\"\nbuild\t-trimpath=true\n",
        )
        .unwrap();
        assert_eq!(recipe.subject, "x.org/a/cmd/b@v1.2.3");
        let arguments = ["-mod=mod", "-ldflags=-s -w -X main.v=1", "-tags=one,two", "-trimpath=true"];
        assert_eq!(recipe.arguments, arguments);
        let variables: Vec<_> =
            recipe.variables.iter().map(|(name, value)| (*name, value.to_str())).collect();
        assert_eq!(
            variables,
            [("CGO_ENABLED", Some("0")), ("GOARCH", Some("amd64")), ("GOOS", Some("linux"))]
        );
    }

    #[test]
    fn what_cannot_be_built_again_is_said() {
        let fine = "path\tx.org/a\nmod\tx.org/a\tv1.2.3\th1:x=\n";
        let with = |line: &str| again(&format!("{fine}{line}")).unwrap_err().to_string();
        assert_eq!(
            again("path\tx.org/a\nmod\tx.org/a\t(devel)\t\n").unwrap_err(),
            Obstacle::Checkout,
            "built in its directory"
        );
        assert_eq!(again("path\tx.org/a\nmod\tx.org/a\tv1.0.0+dirty\n").unwrap_err(), Obstacle::Checkout);
        assert_eq!(again("path\tcommand-line-arguments\n").unwrap_err(), Obstacle::NoPackage);
        assert_eq!(again("path\tcmd/vet\n").unwrap_err(), Obstacle::OfGo);
        assert_eq!(
            with("dep\tx.org/b\tv1\n=>\t../b\t(devel)\n"),
            "built with another module in place of x.org/b"
        );
        assert_eq!(with("build\tGOOS=windows\nbuild\tGOARCH=arm64\n"), "built for windows/arm64");
        assert!(with("build\t-cover=true\n").contains("-cover"));
        assert!(with("build\t-ldflags=-extld=/tmp/x\n").contains("-ldflags"));
        assert!(again("path\t-x.org/a\nmod\tx.org/a\tv1\th1:x=\n").is_err());
        assert_eq!(Recipe::named("x.org/a"), None);
        assert_eq!(Recipe::named("./a@v1"), None);
        assert_eq!(Recipe::named("x.org/a@$(id)"), None);
        assert_eq!(Recipe::named("x.org/a@latest").unwrap().subject, "x.org/a@latest");
    }
}
