//! The folder CACHE: whether it is safe, which modes its files have, where things stand in it, its salt.
//!
//! ```text
//! CACHE/
//!   registry.sqlite             one row an item
//!   registry.lock               held while the registry is made or mended
//!   salt                        for the digests of credentials
//!   blobs/sha256/ab/cdef…       0444, one inode a content
//!   items/ab/KEY-VERSION/NAME   what users are given: the blob under its own name
//!   names/ab/cdef…/NAME         a blob under a name that somebody asked for
//!   partial/KEY, KEY.json       unfinished transfers
//!   aside/                      files whose bytes turned out wrong
//!   told/ID                     reads that could not be counted, so that `clean` knows of them
//!   limits.lock                 when the limits were last kept
//! ```
//! Nothing in the registry holds a path: all of them follow from keys, versions, names and digests, so the folder may be moved.

use crate::descriptor::Key;
use crate::digest::Digest;
use crate::disk::{self, Access, Temporary};
use crate::error::{Error, Kind, Result};
use std::ffi::OsStr;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// How long a salt is.
const SALT_BYTES: usize = 32;
/// The longest name of a file, as file systems have it.
const NAME_LIMIT_BYTES: usize = 255;
/// The mode of a blob and of every name that is given to it.
const BLOB_MODE: u32 = 0o444;
/// Their mode in a cache that is shared within a group.
const SHARED_BLOB_MODE: u32 = 0o440;

/// Makes one more name for a file. A value, so that tests can have a file system that refuses.
pub(crate) type Linker = fn(&Path, &Path) -> io::Result<()>;

/// A folder that was found to be safe.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    path: PathBuf,
    access: Access,
    writable: bool,
    pub(crate) linker: Linker,
}

/// What decides whether a folder can be trusted.
#[derive(Debug, Clone, Copy)]
struct Facts {
    user: u32,
    mode: u32,
}

/// Why a folder cannot be trusted; `None` if it can.
fn distrust(facts: Facts, me: u32, multi_user: bool) -> Option<String> {
    let who = match (multi_user, facts.mode & 0o020 != 0, facts.mode & 0o002 != 0) {
        (_, _, true) => "others",
        (false, true, false) => "its group",
        _ if !multi_user && facts.user != me && me != 0 => {
            return Some(format!("belongs to user {}, not to user {me}", facts.user));
        }
        _ => return None,
    };
    Some(format!("can be written by {who} (mode {:04o})", facts.mode & 0o7777))
}

impl Folder {
    /// Makes the folder or looks whether it is safe.
    ///
    /// # Errors
    /// `unsafe_cache` (cache) if others could have written into it, a disk error if it cannot be made.
    pub(crate) fn open(path: &Path, multi_user: bool) -> Result<Self> {
        // What was named cannot be one, unless the disk is full.
        let failed = |e: &io::Error| {
            let error = Error::disk(format!("cannot use the cache folder `{}`", path.display()), e);
            let error =
                if error.code() == "disk_full" { error } else { Error::usage(error.message()).cause(e.to_string()) };
            error.hint("--cache-dir names another folder, --no-cache does without")
        };
        let path = std::path::absolute(path).map_err(|e| failed(&e))?;
        let (file_mode, folder_mode) = if multi_user { (0o660, 0o2770) } else { (0o600, 0o700) };
        let metadata = match std::fs::metadata(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => {
                use std::os::unix::fs::DirBuilderExt as _;
                let made = std::fs::DirBuilder::new().recursive(true).mode(folder_mode & 0o777).create(&path);
                made.and_then(|()| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(folder_mode)))
                    .and_then(|()| std::fs::metadata(&path))
            }
            other => other,
        }
        .map_err(|e| failed(&e))?;
        if !metadata.is_dir() {
            return Err(failed(&ErrorKind::NotADirectory.into()));
        }
        let me = rustix::process::geteuid().as_raw();
        let facts = Facts { user: metadata.uid(), mode: metadata.mode() };
        if let Some(why) = distrust(facts, me, multi_user) {
            return Err(Error::new(
                Kind::Cache,
                "unsafe_cache",
                format!("the cache folder `{}` {why}", path.display()),
            )
            .cause("whoever can write there decides what the files in it are")
            .hint(
                "`chmod go-w` the folder, choose another with --cache-dir, or share it on purpose with --cache-shared",
            ));
        }
        let owner = (me == 0 && facts.user != 0).then(|| (facts.user, metadata.gid()));
        let needed = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
        let writable = rustix::fs::access(&path, needed).is_ok();
        Ok(Self {
            path,
            access: Access { file_mode, folder_mode, owner },
            writable,
            linker: |from, to| std::fs::hard_link(from, to),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) const fn access(&self) -> Access {
        self.access
    }

    pub(crate) const fn is_writable(&self) -> bool {
        self.writable
    }

    /// For tests: as if the folder could not be written, which root always can.
    #[cfg(test)]
    pub(crate) fn read_only(mut self) -> Self {
        self.writable = false;
        self
    }

    /// An error unless the folder can be written.
    pub(crate) fn check_writable(&self) -> Result<()> {
        if self.writable {
            return Ok(());
        }
        Err(Error::disk(
            format!("cannot write in the cache folder `{}`", self.path.display()),
            &ErrorKind::ReadOnlyFilesystem.into(),
        )
        .hint("--cache-dir names another folder, --no-cache does without"))
    }

    /// Whether the folder lies on a file system that several machines share, where a WAL is unsafe.
    pub(crate) fn is_remote(&self) -> bool {
        is_remote(&self.path)
    }

    /// The mode of blobs and of what is linked to them.
    pub(crate) fn blob_mode(&self) -> u32 {
        if self.access().folder_mode & 0o070 == 0 { BLOB_MODE } else { SHARED_BLOB_MODE }
    }

    pub(crate) fn registry(&self) -> PathBuf {
        self.path.join("registry.sqlite")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.path.join("registry.lock")
    }

    pub(crate) fn partials(&self) -> PathBuf {
        self.path.join("partial")
    }

    pub(crate) fn partial(&self, key: &Key) -> PathBuf {
        self.partials().join(&key.0)
    }

    pub(crate) fn aside(&self) -> PathBuf {
        self.path.join("aside")
    }

    pub(crate) fn items(&self) -> PathBuf {
        self.path.join("items")
    }

    /// Where it is noted that an item was read whose counter could not be written.
    pub(crate) fn told(&self, id: i64) -> PathBuf {
        self.path.join("told").join(id.to_string())
    }

    /// Notes that somebody was told the path of an item, where the registry is busy. Nobody waits for it, or learns that it failed.
    pub(crate) fn tell(&self, id: i64) {
        let path = self.told(id);
        let write = || std::fs::write(&path, b"");
        let _ = write().or_else(|_| self.make(path.parent().unwrap_or(&self.path)).and_then(|()| write()));
    }

    /// Whether somebody was told the path of an item within that time.
    pub(crate) fn was_told(&self, id: i64, within: std::time::Duration) -> bool {
        let noted = std::fs::symlink_metadata(self.told(id)).and_then(|m| m.modified());
        !within.is_zero() && noted.is_ok_and(|time| time.elapsed().map_or(true, |age| age < within))
    }

    /// The blob of that SHA-256.
    pub(crate) fn blob(&self, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        let (first, rest) = hex.split_at(2);
        self.path.join("blobs").join(digest.algorithm().name()).join(first).join(rest)
    }

    /// The folder of the names that a blob was asked for by.
    pub(crate) fn names(&self, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        let (first, rest) = hex.split_at(2);
        self.path.join("names").join(first).join(rest)
    }

    /// The folder of one version.
    pub(crate) fn version(&self, key: &Key, version: i64) -> PathBuf {
        self.below_version(key, version, &[])
    }

    /// The file of one version.
    pub(crate) fn item(&self, key: &Key, version: i64, name: &str) -> PathBuf {
        self.below_version(key, version, &["/", name])
    }

    /// Each hit asks for one: written at once.
    fn below_version(&self, key: &Key, version: i64, rest: &[&str]) -> PathBuf {
        let shard = key.0.get(..2).unwrap_or("xx");
        let mut path = self.items().into_os_string();
        path.reserve(key.0.len() + rest.iter().map(|part| part.len()).sum::<usize>() + 32);
        for part in ["/", shard, "/", &key.0, "-", &version.to_string()].iter().chain(rest) {
            path.push(part);
        }
        path.into()
    }

    /// Key and version of a path below `items`; `None` if it is none.
    pub(crate) fn item_of(&self, path: &Path) -> Option<(Key, i64)> {
        let items = std::fs::canonicalize(self.items()).unwrap_or_else(|_| self.items());
        let mut below = path.strip_prefix(&items).ok()?.components();
        let _shard = below.next()?;
        let (key, version) = below.next()?.as_os_str().to_str()?.rsplit_once('-')?;
        Some((Key(key.to_owned()), version.parse().ok()?))
    }

    /// Makes a folder below CACHE, with the folders above it as far as CACHE.
    pub(crate) fn make(&self, folder: &Path) -> io::Result<()> {
        match self.access.make_folder(folder) {
            Err(e) if e.kind() == ErrorKind::NotFound && folder != self.path => {
                self.make(folder.parent().unwrap_or(&self.path))?;
                self.access.make_folder(folder)
            }
            other => other,
        }
    }

    /// The salt, made on first use.
    ///
    /// # Errors
    /// A disk error. Where nothing can be written, a salt is given that holds for this process only: no stored key has it.
    pub(crate) fn salt(&self) -> Result<Vec<u8>> {
        let path = self.path.join("salt");
        let failed = |e: &io::Error| Error::disk(format!("cannot use `{}`", path.display()), e);
        // A salt of another length was cut off by a crash; keys made with it can only be missed.
        for replace in [disk::Replace::Refused, disk::Replace::Allowed] {
            match std::fs::read(&path) {
                Ok(salt) if salt.len() == SALT_BYTES => return Ok(salt),
                Err(e) if e.kind() != ErrorKind::NotFound => return Err(failed(&e)),
                _ => {}
            }
            let mut salt = vec![0; SALT_BYTES];
            getrandom::fill(&mut salt).map_err(|e| {
                Error::new(Kind::Other, "no_randomness", "the system gives no random bytes").cause(e.to_string())
            })?;
            if !self.writable {
                return Ok(salt);
            }
            let temporary = Temporary::new_in(&self.path)?;
            temporary.file().write_all(&salt).map_err(|e| failed(&e))?;
            self.access.apply(temporary.file(), self.access.file_mode).map_err(|e| failed(&e))?;
            match temporary.publish(&path, self.access.file_mode, replace) {
                Ok(()) => {}
                Err(e) if e.code() == "exists" => {}
                Err(e) => return Err(e),
            }
        }
        std::fs::read(&path).map_err(|e| failed(&e))
    }

    /// Takes over the salt of another cache, whose keys were made with it.
    ///
    /// # Errors
    /// Usage, if this cache has a salt of its own: its keys would be lost. A disk error.
    pub(crate) fn adopt_salt(&self, salt: &[u8]) -> Result<()> {
        let path = self.path.join("salt");
        let failed = |e: &io::Error| Error::disk(format!("cannot use `{}`", path.display()), e);
        match std::fs::read(&path) {
            Ok(own) if own == salt => return Ok(()),
            Ok(own) if own.len() == SALT_BYTES => {
                return Err(Error::usage(
                    "the cache has a salt of its own: an export with a salt would make its keys useless",
                )
                .hint("import it into a new folder (--cache-dir), or export without --with-salt"));
            }
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(failed(&e)),
            _ => {}
        }
        let temporary = Temporary::new_in(&self.path)?;
        temporary.file().write_all(salt).map_err(|e| failed(&e))?;
        self.access.apply(temporary.file(), self.access.file_mode).map_err(|e| failed(&e))?;
        temporary.publish(&path, self.access.file_mode, disk::Replace::Refused)
    }

    /// Moves a file whose bytes are wrong out of the way, unless it was replaced since `inode` was looked at.
    pub(crate) fn set_aside(&self, path: &Path, inode: u64) -> io::Result<()> {
        self.make(&self.aside())?;
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let mut name = format!("{}-{name}", disk::random_name());
        name.truncate(name.floor_char_boundary(NAME_LIMIT_BYTES));
        let aside = self.aside().join(name);
        match std::fs::rename(path, &aside) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
            other => other?,
        }
        if std::fs::symlink_metadata(&aside)?.ino() != inode {
            let _ = disk::rename_new(&aside, path);
        }
        Ok(())
    }

    /// Gives a file that was just made under CACHE its mode and owner, by name: opening a registry and closing it again would
    /// drop the locks that `SQLite` holds on it.
    pub(crate) fn own(&self, path: &Path) -> io::Result<()> {
        if let Some((user, group)) = self.access.owner {
            std::os::unix::fs::chown(path, Some(user), Some(group))?;
        }
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(self.access.file_mode))
    }
}

/// Whether a key can stand in a path: lower-case hex.
pub(crate) fn check_key(key: &Key) -> Result<()> {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if (2..=NAME_LIMIT_BYTES / 2).contains(&key.0.len()) && key.0.bytes().all(hex) {
        return Ok(());
    }
    Err(Error::usage(format!("`{key}` is no key: expected lower-case hex")))
}

/// Whether a name can stand in a path: one component that names a file.
pub(crate) fn is_file_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && name.len() <= NAME_LIMIT_BYTES && !name.contains(['/', '\0'])
}

#[cfg(target_os = "linux")]
fn is_remote(path: &Path) -> bool {
    // statfs(2), linux/magic.h. FUSE may be anything, sshfs among it; 9p carries the folders of virtual machines.
    const NFS: u32 = 0x6969;
    const SMB: u32 = 0x517B;
    const CIFS: u32 = 0xFF53_4D42;
    const SMB2: u32 = 0xFE53_4D42;
    const FUSE: u32 = 0x6573_5546;
    const NINE_P: u32 = 0x0102_1997;
    const AFS: u32 = 0x5346_414F;
    const CODA: u32 = 0x7375_7245;
    const CEPH: u32 = 0x00C3_6400;
    const LUSTRE: u32 = 0x0BD0_0BD0;
    const GPFS: u32 = 0x4750_4653;
    const OCFS2: u32 = 0x7461_636F;
    const GFS2: u32 = 0x0116_1970;
    const BEEGFS: u32 = 0x1983_0326;
    const VBOXSF: u32 = 0x786F_4256;
    let Ok(facts) = rustix::fs::statfs(path) else { return false };
    let magic = facts.f_type as u32;
    [NFS, SMB, CIFS, SMB2, FUSE, NINE_P, AFS, CODA, CEPH, LUSTRE, GPFS, OCFS2, GFS2, BEEGFS, VBOXSF].contains(&magic)
}

#[cfg(not(target_os = "linux"))]
fn is_remote(_: &Path) -> bool {
    false
}

/// What dl makes in the folder of a cache, beside the registry.
const OWN: [&str; 8] = ["aside", "blobs", "items", "limits.lock", "partial", "registry.lock", "salt", "told"];

/// Whether dl made what has this name in the folder of a cache.
pub(crate) fn is_own(name: &OsStr) -> bool {
    OWN.iter().any(|own| name == *own) || name.as_encoded_bytes().starts_with(b"registry.sqlite")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn who_may_be_trusted() {
        let shown = |user, mode, me, multi_user| distrust(Facts { user, mode }, me, multi_user);
        assert_eq!(shown(7, 0o40700, 7, false), None);
        assert_eq!(shown(7, 0o40755, 7, false), None);
        assert!(shown(7, 0o40770, 7, false).unwrap().contains("group"));
        assert!(shown(7, 0o41777, 7, false).unwrap().contains("others"));
        assert!(shown(8, 0o40700, 7, false).unwrap().contains("user 8"));
        assert_eq!(shown(8, 0o40700, 0, false), None);
        assert_eq!(shown(8, 0o42770, 7, true), None);
        assert!(shown(8, 0o42777, 7, true).unwrap().contains("others"));
    }

    #[test]
    fn an_unsafe_folder_is_refused_with_a_hint() {
        let top = tempfile::tempdir().unwrap();
        let path = top.path().join("cache");
        Folder::open(&path, false).unwrap();
        assert_eq!(mode(&path), 0o700);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o770)).unwrap();
        let error = Folder::open(&path, false).unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Cache, "unsafe_cache"));
        assert!(error.hint_text().unwrap().contains("--cache-shared"));
        Folder::open(&path, true).unwrap();
        let shared = Folder::open(&top.path().join("shared"), true).unwrap();
        assert_eq!(mode(shared.path()), 0o2770);
        shared.make(&shared.path().join("a/b")).unwrap();
        assert_eq!(mode(&shared.path().join("a/b")), 0o2770);
    }

    #[test]
    fn what_is_no_folder_is_a_wrong_argument() {
        let top = tempfile::tempdir().unwrap();
        let file = top.path().join("file");
        std::fs::write(&file, b"").unwrap();
        assert_eq!(Folder::open(&file, false).unwrap_err().kind(), Kind::Usage);
        assert_eq!(Folder::open(&file.join("below"), false).unwrap_err().kind(), Kind::Usage);
    }

    #[test]
    fn the_salt_is_made_once_and_healed() {
        let top = tempfile::tempdir().unwrap();
        let folder = Folder::open(&top.path().join("cache"), false).unwrap();
        let salt = folder.salt().unwrap();
        assert_eq!((salt.len(), folder.salt().unwrap()), (32, salt.clone()));
        let path = folder.path().join("salt");
        assert_eq!(mode(&path), 0o600);
        std::fs::write(&path, b"short").unwrap();
        assert_ne!(folder.salt().unwrap(), salt);
        assert_eq!(folder.salt().unwrap().len(), 32);
        let salts: Vec<_> = std::thread::scope(|s| {
            let other = Folder::open(&top.path().join("other"), false).unwrap();
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    s.spawn({
                        let other = other.clone();
                        move || other.salt().unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(salts.iter().all(|s| s == &salts[0]));
    }

    #[test]
    fn new_files_of_root_belong_to_the_owner_of_the_folder() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let top = tempfile::tempdir().unwrap();
        let path = top.path().join("cache");
        Folder::open(&path, false).unwrap();
        std::os::unix::fs::chown(&path, Some(1234), Some(1235)).unwrap();
        let folder = Folder::open(&path, false).unwrap();
        folder.salt().unwrap();
        folder.make(&folder.partials()).unwrap();
        for name in ["salt", "partial"] {
            let metadata = std::fs::metadata(path.join(name)).unwrap();
            assert_eq!((metadata.uid(), metadata.gid()), (1234, 1235), "{name}");
        }
    }

    #[test]
    fn paths_and_back() {
        let top = tempfile::tempdir().unwrap();
        let folder = Folder::open(top.path(), false).unwrap();
        folder.make(&folder.items()).unwrap();
        let key = Key("ab".repeat(32));
        let path = std::fs::canonicalize(folder.items()).unwrap().join(format!("ab/{key}-12/x-1.tsv"));
        assert_eq!(folder.item_of(&path), Some((key.clone(), 12)));
        assert_eq!(folder.item_of(Path::new("/etc/passwd")), None);
        assert!(check_key(&key).is_ok() && check_key(&Key("../x".to_owned())).is_err());
        assert!(is_file_name("x.tsv") && !is_file_name("..") && !is_file_name("a/b") && !is_file_name(""));
    }
}
