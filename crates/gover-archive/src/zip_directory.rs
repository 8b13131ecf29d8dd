//! The metadata of a zip: the end record, the central directory, and the header before each file.
//!
//! Readers of zips differ in which of these they believe, so an attacker can make an archive that
//! shows each reader other files. Here all of them must agree, and every byte must belong to one of
//! them: entries follow each other from the first byte on, then the directory, then the end record.
//! Bytes that are prepended, appended, hidden in a gap or shared by two entries are refused. Field
//! names and layouts are those of APPNOTE.TXT 6.3.10.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom, Take};

use super::{ArchiveError, broken};

/// One entry of the central directory (4.3.12).
#[derive(Debug)]
pub(super) struct DirectoryEntry {
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) time: u16,
    pub(super) date: u16,
    pub(super) crc: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    /// Where its local header begins.
    pub(super) offset: u64,
    /// Bytes from there to the next entry; zero until all entries are known.
    pub(super) span: u64,
    /// The system whose attributes these are.
    pub(super) creator: u8,
    pub(super) attributes: u32,
}

impl DirectoryEntry {
    pub(super) fn has_descriptor(&self) -> bool {
        self.flags & DESCRIPTOR != 0
    }

    pub(super) fn is_encrypted(&self) -> bool {
        // Encrypted, strongly encrypted, with a hidden directory (4.4.4).
        self.flags & (1 | 1 << 6 | 1 << 13) != 0
    }

    /// The mode that a Unix gave it; what other systems put there means nothing.
    pub(super) fn unix_mode(&self) -> Option<u32> {
        let mode = self.attributes >> 16;
        (matches!(self.creator, UNIX | DARWIN) && mode != 0).then_some(mode)
    }

    /// Compares the header that precedes the data with the directory; the length of that header.
    pub(super) fn check_local(&self, bytes: &[u8]) -> Result<usize, &'static str> {
        let mut fields = Fields(bytes);
        let header = LocalHeader::read(&mut fields).ok_or("its own header is missing")?;
        // The compression level may differ.
        if header.flags & !EFFORT != self.flags & !EFFORT || header.method != self.method {
            return Err("its own header and the directory differ in how it is packed");
        }
        if header.name != self.name {
            return Err("its own header gives another name than the directory");
        }
        let (mut size, mut compressed) = (u64::from(header.size), u64::from(header.compressed));
        resolve(header.extra, [&mut size, &mut compressed])?;
        if second_name(header.extra)?.is_some_and(|name| name != header.name) {
            return Err("it has two names");
        }
        let told = [u64::from(header.crc), compressed, size];
        let known = [u64::from(self.crc), self.compressed, self.size];
        // If a descriptor follows the data, the header may leave each of them zero.
        let agrees = |(told, known)| told == known || (self.has_descriptor() && told == 0);
        if !told.into_iter().zip(known).all(agrees) {
            return Err("its own header and the directory differ in its size or CRC");
        }
        Ok(bytes.len() - fields.0.len())
    }

    /// Compares what follows the data with the directory (4.3.9).
    pub(super) fn check_descriptor(&self, bytes: &[u8]) -> Result<(), &'static str> {
        let wrong = "its descriptor and the directory differ";
        let mut fields = Fields(bytes);
        if matches!(bytes.len(), 16 | 24) && fields.u32() != Some(DESCRIPTOR_SIGNATURE) {
            return Err(wrong);
        }
        let crc = fields.u32();
        let mut size = || if bytes.len() < 20 { fields.u32().map(u64::from) } else { fields.u64() };
        let (compressed, size) = (size(), size());
        let fits = crc == Some(self.crc) && compressed == Some(self.compressed) && size == Some(self.size);
        if fits { Ok(()) } else { Err(wrong) }
    }

    fn read(directory: &mut impl Read) -> Result<Self, ArchiveError> {
        let header = bytes(directory, 46)?;
        let (mut entry, [name, extra, comment]) =
            Self::fields(&mut Fields(&header)).ok_or(broken(NO_ENTRY))?;
        entry.name = bytes(directory, name)?;
        let extra = bytes(directory, extra)?;
        bytes(directory, comment)?;
        let sizes = [&mut entry.size, &mut entry.compressed, &mut entry.offset];
        resolve(&extra, sizes).map_err(broken)?;
        if second_name(&extra).map_err(broken)?.is_some_and(|name| name != entry.name) {
            return Err(broken("an entry has two names"));
        }
        Ok(entry)
    }

    /// All but the name, and the lengths of what follows: name, extra fields and comment.
    fn fields(fields: &mut Fields<'_>) -> Option<(Self, [usize; 3])> {
        if fields.u32()? != ENTRY_SIGNATURE {
            return None;
        }
        let [made_by, _needed, flags, method, time, date] = fields.u16s()?;
        let (crc, compressed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let [name, extra, comment, disk, _internal] = fields.u16s()?;
        let (attributes, offset) = (fields.u32()?, fields.u32()?);
        let creator = made_by.to_le_bytes()[1];
        let lengths = [name, extra, comment].map(usize::from);
        let (compressed, size, offset) = (compressed.into(), size.into(), offset.into());
        let (name, span) = (Vec::new(), 0);
        let entry = Self {
            name,
            flags,
            method,
            time,
            date,
            crc,
            compressed,
            size,
            offset,
            span,
            creator,
            attributes,
        };
        (disk == 0).then_some((entry, lengths))
    }
}

/// The central directory, read one entry at a time, so that its length costs no memory.
pub(super) struct Directory<R> {
    reader: Take<R>,
    /// Where it begins, which is where the last entry ends.
    pub(super) offset: u64,
    left: u64,
}

impl Directory<BufReader<File>> {
    pub(super) fn open(mut file: File) -> Result<Self, ArchiveError> {
        let end = End::find(&mut file)?;
        file.seek(SeekFrom::Start(end.offset)).map_err(ArchiveError::damaged)?;
        Ok(Self::new(BufReader::with_capacity(BUFFER, file), end))
    }
}

impl<R: Read> Directory<R> {
    /// `reader` begins with the directory.
    pub(super) fn new(reader: R, end: End) -> Self {
        Self { reader: reader.take(end.size), offset: end.offset, left: end.entries }
    }

    /// The next entry; `None` if there were as many as the end record says, and nothing else.
    pub(super) fn next(&mut self) -> Result<Option<DirectoryEntry>, ArchiveError> {
        if self.left == 0 && self.reader.limit() > 0 {
            return Err(broken("its directory has more entries than it counts"));
        }
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        DirectoryEntry::read(&mut self.reader).map(Some)
    }
}

/// What the records at the end of a zip say about its directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    entries: u64,
    size: u64,
    /// Where the directory begins.
    pub(super) offset: u64,
}

impl End {
    fn find(file: &mut File) -> Result<Self, ArchiveError> {
        let length = file.seek(SeekFrom::End(0)).map_err(ArchiveError::damaged)?;
        let tail_at = length.saturating_sub(TAIL);
        file.seek(SeekFrom::Start(tail_at)).map_err(ArchiveError::damaged)?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail).map_err(ArchiveError::damaged)?;
        Self::in_tail(&tail, tail_at)
    }

    /// Finds the records in the last bytes of a file, at least [`TAIL`] of them or all, which begin
    /// at the offset `tail_at`.
    pub(super) fn in_tail(tail: &[u8], tail_at: u64) -> Result<Self, ArchiveError> {
        // Comments cannot be longer, so nothing before that is looked at.
        let skipped = tail.len().saturating_sub(usize::try_from(TAIL).unwrap_or(usize::MAX));
        let tail = tail.get(skipped..).unwrap_or_default();
        let tail_at = tail_at + skipped as u64;
        // Nearly all readers take the last one; bytes of one before it would belong to no entry.
        let signature = END_SIGNATURE.to_le_bytes();
        let at = tail.windows(22).rposition(|window| window.starts_with(&signature));
        let at = at.ok_or(broken("it ends early: the directory at its end is missing"))?;
        let (before, record) = tail.split_at_checked(at).ok_or(broken(NO_END))?;
        let (end, comment) = Self::plain(record).ok_or(broken(NO_END))?;
        if comment != record.len().saturating_sub(22) {
            return Err(broken("there are bytes after its end"));
        }
        let end_at = tail_at + at as u64;
        let (end, directory_end) = match before.len().checked_sub(76).and_then(|at| before.get(at..)) {
            Some(records) if records[56..].starts_with(&LOCATOR_SIGNATURE.to_le_bytes()) => {
                let record_at = end_at - ZIP64_LENGTH;
                (Self::large(records, record_at, end).ok_or(broken(NO_END))?, record_at)
            }
            _ => (end, end_at),
        };
        if end.offset.checked_add(end.size) != Some(directory_end) {
            return Err(broken("its directory is not where its end says"));
        }
        Ok(end)
    }

    /// The end record that every zip has (4.3.16), and the length of its comment.
    fn plain(record: &[u8]) -> Option<(Self, usize)> {
        let mut fields = Fields(record);
        fields.u32()?;
        let [disk, directory_disk, here, entries] = fields.u16s()?;
        let (size, offset) = (fields.u32()?, fields.u32()?);
        let comment = fields.u16()?;
        let one_disk = matches!(disk, 0 | u16::MAX) && directory_disk == disk && here == entries;
        let end = Self { entries: entries.into(), size: size.into(), offset: offset.into() };
        one_disk.then_some((end, comment.into()))
    }

    /// The records of large zips (4.3.14, 4.3.15), which must not contradict the plain one.
    fn large(records: &[u8], at: u64, plain: Self) -> Option<Self> {
        let mut fields = Fields(records);
        let (signature, length, _versions) = (fields.u32()?, fields.u64()?, fields.u32()?);
        let disks = (fields.u32()?, fields.u32()?);
        let (here, entries, size, offset) = (fields.u64()?, fields.u64()?, fields.u64()?, fields.u64()?);
        let (_locator, disk, record_at, total) = (fields.u32()?, fields.u32()?, fields.u64()?, fields.u32()?);
        let agree = |small: u64, open: u64, large: u64| small == large || small == open;
        let sound = signature == ZIP64_SIGNATURE
            && length == 44
            && disks == (0, 0)
            && disk == 0
            && total <= 1
            && record_at == at
            && here == entries
            && agree(plain.entries, u16::MAX.into(), entries)
            && agree(plain.size, u32::MAX.into(), size)
            && agree(plain.offset, u32::MAX.into(), offset);
        sound.then_some(Self { entries, size, offset })
    }
}

/// The header before the data of each entry (4.3.7).
struct LocalHeader<'a> {
    flags: u16,
    method: u16,
    crc: u32,
    compressed: u32,
    size: u32,
    name: &'a [u8],
    extra: &'a [u8],
}

impl<'a> LocalHeader<'a> {
    fn read(fields: &mut Fields<'a>) -> Option<Self> {
        if fields.u32()? != LOCAL_SIGNATURE {
            return None;
        }
        let [_needed, flags, method, _time, _date] = fields.u16s()?;
        let (crc, compressed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let [name, extra] = fields.u16s()?;
        let (name, extra) = (fields.bytes(name.into())?, fields.bytes(extra.into())?);
        Some(Self { flags, method, crc, compressed, size, name, extra })
    }
}

/// Takes values that do not fit into 32 bits from the extra field for large files (4.5.3).
fn resolve<const N: usize>(extra: &[u8], values: [&mut u64; N]) -> Result<(), &'static str> {
    let large = extra_field(extra, LARGE_FILE).map_err(|()| "an extra field is cut off")?;
    let mut fields = Fields(large.unwrap_or_default());
    for value in values {
        if *value == u64::from(u32::MAX) {
            *value = fields.u64().ok_or("the size or place of a large file is missing")?;
        }
    }
    Ok(())
}

/// The name that Info-ZIP repeats in Unicode (4.6.9), after a version and a sum of the other name.
fn second_name(extra: &[u8]) -> Result<Option<&[u8]>, &'static str> {
    let field = extra_field(extra, UNICODE_NAME).map_err(|()| "an entry has more than one further name")?;
    Ok(field.map(|field| field.get(5..).unwrap_or_default()))
}

/// The one extra field with this number; an error if it comes twice or fields are malformed.
fn extra_field(extra: &[u8], wanted: u16) -> Result<Option<&[u8]>, ()> {
    let mut fields = Fields(extra);
    let mut found = None;
    while !fields.0.is_empty() {
        let [number, length] = fields.u16s().ok_or(())?;
        let content = fields.bytes(length.into()).ok_or(())?;
        if number == wanted && found.replace(content).is_some() {
            return Err(());
        }
    }
    Ok(found)
}

/// Little-endian numbers, taken from the front.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u16s<const N: usize>(&mut self) -> Option<[u16; N]> {
        let mut values = [0; N];
        for value in &mut values {
            *value = self.u16()?;
        }
        Some(values)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}

fn bytes(reader: &mut impl Read, count: usize) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = vec![0; count];
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(broken(NO_ENTRY)),
        Err(error) => Err(ArchiveError::damaged(error)),
    }
}

const NO_END: &str = "its end record is wrong";
const NO_ENTRY: &str = "its directory has fewer entries than it counts";

const LOCAL_SIGNATURE: u32 = 0x0403_4b50;
const ENTRY_SIGNATURE: u32 = 0x0201_4b50;
const END_SIGNATURE: u32 = 0x0605_4b50;
const ZIP64_SIGNATURE: u32 = 0x0606_4b50;
const LOCATOR_SIGNATURE: u32 = 0x0706_4b50;
const DESCRIPTOR_SIGNATURE: u32 = 0x0807_4b50;

/// Sizes and sum follow the data (4.4.4).
const DESCRIPTOR: u16 = 1 << 3;
/// How hard deflate tried.
const EFFORT: u16 = 0b110;
const LARGE_FILE: u16 = 0x0001;
const UNICODE_NAME: u16 = 0x7075;
const UNIX: u8 = 3;
const DARWIN: u8 = 19;

/// Bytes of the end record without its comment.
const END_LENGTH: u64 = 22;
/// Bytes of the end record of large zips and of the locator after it.
const ZIP64_LENGTH: u64 = 56 + 20;
/// The records at the end with the longest comment.
pub(super) const TAIL: u64 = END_LENGTH + u16::MAX as u64 + ZIP64_LENGTH;
const BUFFER: usize = 64 * 1024;
