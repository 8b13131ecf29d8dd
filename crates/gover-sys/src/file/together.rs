//! Changes to several files that belong together.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Manner, prepare, read_limited, rename, write};

/// New content for a file, with the content that it replaces.
#[derive(Clone, Copy, Debug)]
pub struct Replacement<'a> {
    pub path: &'a Path,
    pub before: &'a [u8],
    pub after: &'a [u8],
}

/// Gives all files their new content, as [`write_atomically`](super::write_atomically) does with
/// one, or none.
///
/// Everything that can fail for one file comes before the first rename: a file that is read-only,
/// that changed since it was read, or a full disk. If a rename fails nevertheless, the files that
/// were renamed get their old content. The error has the path of the file that stopped it.
pub fn write_together(files: &[Replacement<'_>]) -> Result<(), (PathBuf, io::Error)> {
    let mut prepared: Vec<(PathBuf, PathBuf)> = Vec::new();
    let failed = |file: &Replacement<'_>, error| (file.path.to_owned(), error);
    for file in files {
        match check(file).and_then(|()| prepare(file.path, file.after, Manner::Lasting)) {
            Ok(paths) => prepared.push(paths),
            Err(error) => {
                remove(&prepared);
                return Err(failed(file, error));
            }
        }
    }
    for (index, (file, (temporary, target))) in files.iter().zip(&prepared).enumerate() {
        if let Err(error) = rename(temporary, target) {
            remove(prepared.get(index..).unwrap_or_default());
            for done in files.iter().take(index) {
                write(done.path, done.before, Manner::Lasting).map_err(|error| failed(done, error))?;
            }
            return Err(failed(file, error));
        }
    }
    Ok(())
}

/// A rename would replace a read-only file.
fn check(file: &Replacement<'_>) -> io::Result<()> {
    if fs::metadata(file.path)?.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    if read_limited(file.path, file.before.len() as u64).ok().as_deref() != Some(file.before) {
        return Err(io::Error::other("the file changed meanwhile"));
    }
    Ok(())
}

fn remove(prepared: &[(PathBuf, PathBuf)]) {
    for (temporary, _) in prepared {
        drop(fs::remove_file(temporary));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn all_files_change_or_none() {
        let root = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| root.path().join(name));
        for path in [&a, &b] {
            fs::write(path, "old").unwrap();
        }
        let attempt = |before: &[u8]| {
            let first = Replacement { path: &a, before: b"old", after: b"new" };
            write_together(&[first, Replacement { path: &b, before, after: b"new" }])
                .map_err(|(path, _)| path)
        };
        let content = || [&a, &b].map(|path| fs::read_to_string(path).unwrap());
        // It changed meanwhile.
        assert_eq!(attempt(b"older"), Err(b.clone()));
        assert_eq!(content(), ["old", "old"]);
        let mut permissions = fs::metadata(&b).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&b, permissions.clone()).unwrap();
        assert_eq!(attempt(b"old"), Err(b.clone()));
        assert_eq!(
            (content(), names(root.path())),
            (["old", "old"].map(str::to_owned), vec!["a".into(), "b".into()])
        );
        #[expect(clippy::permissions_set_readonly_false, reason = "the file is removed afterwards")]
        permissions.set_readonly(false);
        fs::set_permissions(&b, permissions).unwrap();
        assert_eq!(attempt(b"old"), Ok(()));
        assert_eq!(
            (content(), names(root.path())),
            (["new", "new"].map(str::to_owned), vec!["a".into(), "b".into()])
        );
    }
}
