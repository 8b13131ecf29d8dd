//! Tar entries, field by field.

use crate::gzip;

/// One tar entry; what is not set is what an honest file has.
#[derive(Clone, Debug)]
pub struct TarEntry {
    /// The name field, taken as it is; at most 100 bytes.
    pub name: Vec<u8>,
    /// The type flag: `0` file, `5` directory, `1` hard link, `2` symbolic link, …
    pub kind: u8,
    pub link: Vec<u8>,
    pub mode: u32,
    pub time: u64,
    /// The size field, if it does not say the truth.
    pub claimed: Option<u64>,
    pub content: Vec<u8>,
}

impl TarEntry {
    pub fn new(name: impl AsRef<[u8]>, kind: u8, content: impl AsRef<[u8]>) -> Self {
        Self {
            name: name.as_ref().to_vec(),
            kind,
            link: Vec::new(),
            mode: 0o644,
            time: 1_719_519_072,
            claimed: None,
            content: content.as_ref().to_vec(),
        }
    }

    pub fn file(name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        Self::new(name, b'0', content)
    }

    /// Header, content and padding.
    pub fn bytes(&self) -> Vec<u8> {
        let mut header = ::tar::Header::new_ustar();
        let fields = header.as_old_mut();
        fields.name[..self.name.len()].copy_from_slice(&self.name);
        fields.linkname[..self.link.len()].copy_from_slice(&self.link);
        header.set_mode(self.mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(self.time);
        header.set_size(self.claimed.unwrap_or(self.content.len() as u64));
        header.set_entry_type(::tar::EntryType::new(self.kind));
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        bytes.extend(&self.content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    }
}

/// The records of a pax header (type `x` or `g`): `LENGTH KEY=VALUE`, the length including itself.
pub fn pax_records(records: &[(&str, &str)]) -> Vec<u8> {
    let record = |(key, value): &(&str, &str)| {
        let rest = format!(" {key}={value}\n");
        let length =
            (rest.len()..rest.len() + 9).find(|length| length.to_string().len() + rest.len() == *length);
        format!("{}{rest}", length.expect("some length includes itself"))
    };
    records.iter().map(record).collect::<String>().into_bytes()
}

pub fn tar(entries: &[TarEntry]) -> Vec<u8> {
    let mut bytes: Vec<u8> = entries.iter().flat_map(TarEntry::bytes).collect();
    bytes.extend([0; 1024]);
    bytes
}

pub fn tar_gz(entries: &[TarEntry]) -> Vec<u8> {
    gzip(&tar(entries))
}
