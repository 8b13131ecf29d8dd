use std::path::PathBuf;

/// Collects the steps of a decision for `gover current -v`; costs nothing if it does not listen.
#[derive(Debug, Default)]
pub struct Trace {
    steps: Option<Vec<String>>,
    home: Option<PathBuf>,
}

impl Trace {
    /// One that does not listen.
    pub fn off() -> Self {
        Self::default()
    }

    /// One that listens, and shortens paths below `home`.
    pub fn on(home: Option<PathBuf>) -> Self {
        Self { steps: Some(Vec::new()), home }
    }

    /// The steps, in order.
    pub fn into_steps(self) -> Vec<String> {
        self.steps.unwrap_or_default()
    }

    pub(super) fn say(&mut self, step: impl FnOnce(Option<&std::path::Path>) -> String) {
        if let Some(steps) = &mut self.steps {
            steps.push(step(self.home.as_deref()));
        }
    }
}
