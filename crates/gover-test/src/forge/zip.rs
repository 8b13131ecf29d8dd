//! Zips, field by field.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// What a header says of its entry. Each entry has two of them, and they may disagree.
#[derive(Clone, Debug)]
pub struct ZipHeader {
    pub name: Vec<u8>,
    /// The flags: 1 encrypted, 8 a descriptor follows the data, 0x800 the name is UTF-8.
    pub flags: u16,
    /// 0 stored, 8 deflated.
    pub method: u16,
    pub crc: u32,
    pub compressed: u32,
    pub size: u32,
    pub extra: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct ZipEntry {
    /// What precedes the data.
    pub local: ZipHeader,
    /// What stands in the directory at the end.
    pub central: ZipHeader,
    pub data: Vec<u8>,
    pub descriptor: Vec<u8>,
    /// The system that the attributes are from: 0 MS-DOS, 3 Unix.
    pub creator: u8,
    /// The attributes: a Unix mode in the upper half.
    pub attributes: u32,
    /// Where the directory says the entry begins, if not where it does.
    pub offset: Option<u32>,
}

impl ZipEntry {
    /// An honest deflated file.
    pub fn file(name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        let data = encoder.write_all(content.as_ref()).and_then(|()| encoder.finish());
        Self::packed(name.as_ref(), content.as_ref(), 8, data.expect("memory takes it"))
    }

    /// An honest file that is not compressed.
    pub fn stored(name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        Self::packed(name.as_ref(), content.as_ref(), 0, content.as_ref().to_vec())
    }

    fn packed(name: &[u8], content: &[u8], method: u16, data: Vec<u8>) -> Self {
        let mut crc = Crc::new();
        crc.update(content);
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("made-up files are small");
        let header = ZipHeader {
            name: name.to_vec(),
            flags: 0,
            method,
            crc: crc.sum(),
            compressed: length(&data),
            size: length(content),
            extra: Vec::new(),
        };
        let central = header.clone();
        let attributes = 0o100_644 << 16;
        Self { local: header, central, data, descriptor: Vec::new(), creator: 3, attributes, offset: None }
    }

    /// With both headers changed alike.
    #[must_use]
    pub fn with(mut self, change: impl Fn(&mut ZipHeader)) -> Self {
        change(&mut self.local);
        change(&mut self.central);
        self
    }

    /// With sizes and sum after the data instead of before it, as tools write that cannot go back.
    #[must_use]
    pub fn with_descriptor(self, signature: bool, large: bool) -> Self {
        let ZipHeader { crc, compressed, size, .. } = self.central;
        let mut entry = self.with(|header| header.flags |= 8);
        (entry.local.crc, entry.local.compressed, entry.local.size) = (0, 0, 0);
        if signature {
            entry.descriptor.extend(b"PK\x07\x08");
        }
        entry.descriptor.extend(crc.to_le_bytes());
        for value in [compressed, size] {
            entry.descriptor.extend(value.to_le_bytes());
            entry.descriptor.resize(entry.descriptor.len() + if large { 4 } else { 0 }, 0);
        }
        entry
    }

    /// With both sizes in the extra field for large files.
    #[must_use]
    pub fn with_large_sizes(self) -> Self {
        self.with(|header| {
            header.extra.extend([1, 0, 16, 0]);
            header.extra.extend(u64::from(header.size).to_le_bytes());
            header.extra.extend(u64::from(header.compressed).to_le_bytes());
            (header.size, header.compressed) = (u32::MAX, u32::MAX);
        })
    }

    fn local_bytes(&self) -> Vec<u8> {
        let Self { local, data, descriptor, .. } = self;
        [b"PK\x03\x04\x14\0", &*local.fields(), &local.name, &local.extra, data, descriptor].concat()
    }

    fn central_bytes(&self, offset: u32) -> Vec<u8> {
        let ZipHeader { name, extra, .. } = &self.central;
        let begin = [b"PK\x01\x02\x14", [self.creator, 20, 0].as_slice()].concat();
        let end = [self.attributes, self.offset.unwrap_or(offset)].map(u32::to_le_bytes).concat();
        [begin, self.central.fields(), vec![0; 6], end, name.clone(), extra.clone()].concat()
    }
}

impl ZipHeader {
    /// The fields that both kinds of header have in the same order.
    fn fields(&self) -> Vec<u8> {
        let length = |text: &[u8]| u16::try_from(text.len()).expect("made-up names are short");
        let before = [self.flags, self.method, 0xa1a0, 0x58db].map(u16::to_le_bytes);
        let sizes = [self.crc, self.compressed, self.size].map(u32::to_le_bytes);
        let lengths = [length(&self.name), length(&self.extra)].map(u16::to_le_bytes);
        [before.concat(), sizes.concat(), lengths.concat()].concat()
    }
}

/// A zip and what its end says of it.
#[derive(Clone, Debug, Default)]
pub struct Zip {
    pub entries: Vec<ZipEntry>,
    /// Before the first entry.
    pub before: Vec<u8>,
    /// Between the last entry and the directory.
    pub gap: Vec<u8>,
    pub after_directory: Vec<u8>,
    pub comment: Vec<u8>,
    /// After the end.
    pub after: Vec<u8>,
    /// How many entries there are, if that is not the truth.
    pub count: Option<u16>,
    /// Where the directory begins, if that is not the truth.
    pub directory: Option<u32>,
    /// With end record and locator of large zips, which count this many entries too many.
    pub large: Option<u64>,
}

impl Zip {
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.before.clone();
        let mut directory = Vec::new();
        let small = |length: usize| u32::try_from(length).expect("made-up zips are small");
        for entry in &self.entries {
            directory.extend(entry.central_bytes(small(bytes.len())));
            bytes.extend(entry.local_bytes());
        }
        bytes.extend(&self.gap);
        let offset = self.directory.unwrap_or(small(bytes.len()));
        bytes.extend(&directory);
        bytes.extend(&self.after_directory);
        let count = self.count.unwrap_or(u16::try_from(self.entries.len()).expect("few entries"));
        if let Some(more) = self.large {
            let at = bytes.len() as u64;
            bytes.extend(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
            let count = self.entries.len() as u64 + more;
            for value in [count, count, directory.len() as u64, offset.into()] {
                bytes.extend(value.to_le_bytes());
            }
            bytes.extend(b"PK\x06\x07\0\0\0\0");
            bytes.extend(at.to_le_bytes());
            bytes.extend(1_u32.to_le_bytes());
        }
        let (count, length, offset) = match self.large {
            Some(_) => (u16::MAX, u32::MAX, u32::MAX),
            None => (count, small(directory.len()), offset),
        };
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend([count, count].map(u16::to_le_bytes).concat());
        bytes.extend([length, offset].map(u32::to_le_bytes).concat());
        bytes.extend(u16::try_from(self.comment.len()).expect("a short comment").to_le_bytes());
        bytes.extend(&self.comment);
        bytes.extend(&self.after);
        bytes
    }
}

pub fn zip(entries: &[ZipEntry]) -> Vec<u8> {
    Zip { entries: entries.to_vec(), ..Zip::default() }.bytes()
}
