use std::path::PathBuf;

/// Collects the steps of a selection for `gover current -v`. A trace that is off costs nothing.
#[derive(Debug, Default)]
pub struct Trace {
    steps: Option<Vec<String>>,
    home: Option<PathBuf>,
}

impl Trace {
    pub fn off() -> Self {
        Self::default()
    }

    /// Paths below `home` are shortened.
    pub fn on(home: Option<PathBuf>) -> Self {
        Self { steps: Some(Vec::new()), home }
    }

    pub fn into_steps(self) -> Vec<String> {
        self.steps.unwrap_or_default()
    }

    pub(super) fn say(&mut self, step: impl FnOnce(Option<&std::path::Path>) -> String) {
        if let Some(steps) = &mut self.steps {
            steps.push(step(self.home.as_deref()));
        }
    }
}
