//! Which build service runs this, and how it takes PATH, variables and outputs.

use gover_core::Env;
use gover_core::env::vars;
use gover_core::text::shown;

use crate::cli;
use crate::{Context, Failure};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    /// GitHub Actions, and what copies it: files that variables name.
    GitHub,
    /// Lines of its own on stdout.
    Azure,
    /// The steps of a job are one shell, as in the next three.
    GitLab,
    Jenkins,
    Shell,
}

impl Provider {
    const ALL: [Self; 5] = [Self::GitHub, Self::GitLab, Self::Jenkins, Self::Azure, Self::Shell];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::Azure => "azure",
            Self::GitLab => "gitlab",
            Self::Jenkins => "jenkins",
            Self::Shell => "shell",
        }
    }

    /// The given one, or the one that the variables name. Other build services are shells.
    pub(super) fn of(given: Option<&str>, context: &Context<'_>) -> Result<Self, Failure> {
        let Some(given) = given.filter(|name| !name.is_empty()) else { return Ok(Self::detect(context.env)) };
        let lower = given.to_ascii_lowercase();
        Self::ALL.into_iter().find(|known| known.name() == lower).ok_or_else(|| {
            let names = Self::ALL.map(Self::name);
            let meant = cli::meant(context.env.arguments(), given, names);
            let what = format!("unknown CI service `{}`", shown(given));
            let known = format!("use one of {}; `shell` works in any other", names.join(", "));
            Failure::unknown(what, meant, &known)
        })
    }

    fn detect(env: &Env) -> Self {
        let known = [
            (vars::GITHUB_ACTIONS, Self::GitHub),
            (vars::GITLAB_CI, Self::GitLab),
            (vars::TF_BUILD, Self::Azure),
            (vars::JENKINS_URL, Self::Jenkins),
        ];
        let is_set = |name: &str| env.var(name).is_some() && env.switch(name) != Some(false);
        known.into_iter().find(|(name, _)| is_set(name)).map_or(Self::Shell, |(_, provider)| provider)
    }

    /// Where the effect is, and that a toolchain runs there.
    pub(super) fn later(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub Actions: later steps run",
            Self::Azure => "Azure Pipelines: later steps run",
            Self::GitLab | Self::Jenkins | Self::Shell => "the shell that evaluates this code runs",
        }
    }

    /// Whether a step says with outputs what it found. Elsewhere variables do.
    pub(super) fn has_outputs(self) -> bool {
        self == Self::GitHub
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_service_is_known_by_its_variable() {
        for (variables, provider) in [
            (&[("GITHUB_ACTIONS", "true"), ("CI", "true")][..], Provider::GitHub),
            (&[("GITLAB_CI", "true"), ("JENKINS_URL", "")], Provider::GitLab),
            (&[("TF_BUILD", "True")], Provider::Azure),
            (&[("JENKINS_URL", "http://ci.example/")], Provider::Jenkins),
            (&[("GITHUB_ACTIONS", "false"), ("CI", "true")], Provider::Shell),
            (&[("TRAVIS", "true")], Provider::Shell),
        ] {
            let env = Env::from_map(variables.iter().copied(), "/".into());
            assert_eq!(Provider::detect(&env), provider, "{variables:?}");
        }
    }
}
