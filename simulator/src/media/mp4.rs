//! AAC in MP4 (ISO/IEC 14496-12): reads the packets that an encoder made and writes them anew, as often and from
//! where it is wanted, with a `free` atom that names the song.

use super::long_file::LongFile;
use bytes::Bytes;

/// Samples in an AAC packet.
const PACKET: u32 = 1024;
/// Samples a second, also the time scale of every table.
const RATE: u32 = super::riff::RATE;

/// AAC packets and how to decode them.
#[derive(Clone, Debug)]
pub(crate) struct Aac {
    /// The `stsd` atom, whole: codec and decoder configuration.
    description: Bytes,
    sizes: Vec<u32>,
    packets: Bytes,
}

impl Aac {
    /// Reads an MP4 file with one AAC track whose packets lie in one piece.
    pub(crate) fn from_mp4(data: &Bytes) -> Option<Self> {
        let moov = find(data, &[b"moov"])?;
        let table = find(&moov, &[b"trak", b"mdia", b"minf", b"stbl"])?;
        let description = atoms(&table).find(|(name, ..)| name == b"stsd")?.1;
        let stsz = find(&table, &[b"stsz"])?;
        let sizes: Vec<u32> = stsz.get(12..)?.chunks_exact(4).map(be_u32).collect();
        let packets = find(data, &[b"mdat"])?;
        let total: u64 = sizes.iter().map(|&size| u64::from(size)).sum();
        (total > 0 && total == packets.len() as u64).then_some(Self { description, sizes, packets })
    }

    /// Bytes of audio in one round.
    pub(crate) fn round(&self) -> u64 {
        self.packets.len() as u64
    }

    /// Writes the file: tables first, then `rounds` rounds starting at the packet `turn` selects.
    pub(crate) fn write(&self, file: &mut LongFile, stamp: &str, turn: u64, rounds: u64) {
        let first = (turn % self.sizes.len() as u64) as usize;
        let start: u32 = self.sizes[..first].iter().sum();
        let count = self.sizes.len() * rounds as usize;
        let sizes = self.sizes.iter().copied().cycle().skip(first).take(count);

        let ftyp = atom(b"ftyp", b"M4A \0\0\x02\0M4A isomiso2");
        let free = atom(b"free", stamp.as_bytes());
        // The chunk offset is of fixed width, so the tables' length is known before the offset is.
        let mut moov = self.moov(sizes.clone(), count as u32, 0);
        let offset = ftyp.len() + moov.len() + free.len() + 8;
        moov = self.moov(sizes, count as u32, offset as u32);

        let mdat_length = (self.round() * rounds + 8) as u32;
        let mut head = [ftyp, moov, free].concat();
        head.extend(mdat_length.to_be_bytes());
        head.extend(b"mdat");
        file.push(head, 1);
        file.push_circle(&self.packets, start as usize, rounds);
    }

    fn moov(&self, sizes: impl Iterator<Item = u32>, count: u32, offset: u32) -> Vec<u8> {
        let duration = count * PACKET;
        let stbl = [
            self.description.to_vec(),
            full(b"stts", &words(&[1, count, PACKET])),
            full(b"stsc", &words(&[1, 1, count, 1])),
            full(b"stsz", &words(&[0, count].into_iter().chain(sizes).collect::<Vec<_>>())),
            full(b"stco", &words(&[1, offset])),
        ];
        let dref = full(b"dref", &[words(&[1]), atom(b"url ", &[0, 0, 0, 1])].concat());
        let minf = [full(b"smhd", &[0; 4]), atom(b"dinf", &dref), atom(b"stbl", &stbl.concat())];
        let mdia = [
            full(b"mdhd", &words(&[0, 0, RATE, duration, 0x55c4_0000])),
            full(b"hdlr", b"\0\0\0\0soun\0\0\0\0\0\0\0\0\0\0\0\0SoundHandler\0"),
            atom(b"minf", &minf.concat()),
        ];
        let trak = [tkhd(duration), atom(b"mdia", &mdia.concat())];
        let moov = [mvhd(duration), atom(b"trak", &trak.concat()), atom(b"udta", &encoder_tag())];
        atom(b"moov", &moov.concat())
    }
}

const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

fn mvhd(duration: u32) -> Vec<u8> {
    let mut fields = vec![0, 0, RATE, duration, 0x1_0000, 0x0100_0000, 0, 0];
    fields.extend(MATRIX);
    fields.extend([0; 6]);
    fields.push(2);
    full(b"mvhd", &words(&fields))
}

fn tkhd(duration: u32) -> Vec<u8> {
    const ENABLED_IN_MOVIE: u32 = 3;
    let mut fields = vec![ENABLED_IN_MOVIE, 0, 0, 1, 0, duration, 0, 0, 1, 0x0100_0000];
    fields.extend(MATRIX);
    fields.extend([0, 0]);
    atom(b"tkhd", &words(&fields))
}

/// The `meta` atom with the encoder's name, as encoders leave it for taggers to extend.
fn encoder_tag() -> Vec<u8> {
    const UTF8: u32 = 1;
    let data = atom(b"data", &[words(&[UTF8, 0]), b"Lavf60.16.100".to_vec()].concat());
    let ilst = atom(b"ilst", &atom(b"\xa9too", &data));
    let hdlr = full(b"hdlr", b"\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0");
    full(b"meta", &[hdlr, ilst].concat())
}

fn atom(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut atom = (content.len() as u32 + 8).to_be_bytes().to_vec();
    atom.extend(name);
    atom.extend(content);
    atom
}

/// An atom with version 0 and no flags.
fn full(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    atom(name, &[&[0; 4], content].concat())
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

fn be_u32(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// The atoms side by side in `data`: name, whole atom, content.
fn atoms(data: &Bytes) -> impl Iterator<Item = ([u8; 4], Bytes, Bytes)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let head = data.get(at..at + 8)?;
        let (length, name) = (be_u32(head) as usize, [head[4], head[5], head[6], head[7]]);
        let whole =
            (length >= 8 && at + length <= data.len()).then(|| data.slice(at..at + length))?;
        at += length;
        let content = whole.slice(8..);
        Some((name, whole, content))
    })
}

/// The content of the atom at `path`.
fn find(data: &Bytes, path: &[&[u8; 4]]) -> Option<Bytes> {
    path.iter().try_fold(data.clone(), |inside, name| {
        atoms(&inside).find(|(found, ..)| found == *name).map(|(.., content)| content)
    })
}
