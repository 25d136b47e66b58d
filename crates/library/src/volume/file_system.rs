//! Which kind of disk a folder is on: its file system, and whether it is in this computer.

use std::path::Path;

/// A file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSystem {
    /// As the system calls it, such as `ext4`, `nfs` or `fuse.sshfs`.
    pub name: String,
    /// It is reached over a network, or through a program that may do so.
    pub is_remote: bool,
}

impl FileSystem {
    /// The one that `folder` is on, where the system says so.
    #[cfg(target_os = "linux")]
    pub fn of(folder: &Path) -> Option<Self> {
        let magic = rustix::fs::statfs(folder).ok()?.f_type as u32;
        let known = KNOWN.iter().find(|(number, ..)| *number == magic);
        let (name, is_remote) = known.map_or(("", false), |&(_, name, remote)| (name, remote));
        let found = Self { name: name.to_owned(), is_remote };
        match name {
            FUSE => Some(mounted(folder).unwrap_or(found)),
            "" => mounted(folder),
            _ => Some(found),
        }
    }

    /// The one that `folder` is on, where the system says so.
    #[cfg(not(target_os = "linux"))]
    pub fn of(_: &Path) -> Option<Self> {
        None
    }
}

#[cfg(target_os = "linux")]
const FUSE: &str = "fuse";

/// What `statfs` says (linux/magic.h and the sources of the file systems), and whether it is elsewhere.
#[cfg(target_os = "linux")]
const KNOWN: &[(u32, &str, bool)] = &[
    (0xef53, "ext4", false),
    (0x5846_5342, "xfs", false),
    (0x9123_683e, "btrfs", false),
    (0x2fc1_2fc1, "zfs", false),
    (0xf2f5_2010, "f2fs", false),
    (0xca45_1a4e, "bcachefs", false),
    (0x0102_1994, "tmpfs", false),
    (0x794c_7630, "overlay", false),
    (0xf15f, "ecryptfs", false),
    (0x4d44, "vfat", false),
    (0x2011_bab0, "exfat", false),
    (0x7366_746e, "ntfs3", false),
    (0x6969, "nfs", true),
    (0x517b, "smbfs", true),
    (0xff53_4d42, "cifs", true),
    (0xfe53_4d42, "smb3", true),
    (0x0102_1997, "9p", true),
    (0x00c3_6400, "ceph", true),
    (0x5346_414f, "afs", true),
    (0x6573_5546, FUSE, true),
];

/// Programs behind FUSE whose disks are in this computer.
#[cfg(target_os = "linux")]
const LOCAL_FUSE: &[&str] = &[
    "fuseblk",
    "fuse.ntfs",
    "fuse.ntfs-3g",
    "fuse.exfat",
    "fuse.mergerfs",
    "fuse.gocryptfs",
    "fuse.encfs",
    "fuse.cryfs",
    "fuse.bindfs",
    "fuse.portal",
];

/// As the list of mounts has it: it names the program behind FUSE.
#[cfg(target_os = "linux")]
fn mounted(folder: &Path) -> Option<FileSystem> {
    use std::os::unix::fs::MetadataExt;
    let device = folder.metadata().ok()?.dev();
    let device = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let name = kind_of(&mounts, &device)?.to_owned();
    let is_remote = name.starts_with(FUSE) && !LOCAL_FUSE.contains(&name.as_str());
    Some(FileSystem { name, is_remote })
}

/// Its lines have the device in the third field, and the kind behind a lone `-` (proc_pid_mountinfo(5)).
#[cfg(target_os = "linux")]
fn kind_of<'a>(mounts: &'a str, device: &str) -> Option<&'a str> {
    let line = mounts.lines().find(|line| line.split(' ').nth(2) == Some(device))?;
    line.split_once(" - ")?.1.split(' ').next()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_program_behind_fuse_is_in_the_list_of_mounts() {
        let mounts = "36 35 8:1 / / rw,noatime - ext4 /dev/sda1 rw\n\
                      98 36 0:51 / /mnt/nas rw,nosuid shared:4 - fuse.sshfs me@nas:/music rw\n";
        assert_eq!(kind_of(mounts, "0:51"), Some("fuse.sshfs"));
        assert_eq!(kind_of(mounts, "8:1"), Some("ext4"));
        assert_eq!(kind_of(mounts, "0:52"), None);
    }

    #[test]
    fn what_the_system_makes_up_itself_has_a_name_too() {
        let proc = FileSystem::of(Path::new("/proc")).unwrap();
        assert_eq!((proc.name.as_str(), proc.is_remote), ("proc", false));
        assert_eq!(FileSystem::of(Path::new("/nowhere/at/all")), None);
    }
}
