//! `tools update`, with the real Python and the real pip. In place of PyPI stands a folder with packages, or an index
//! that does not answer, named by pip's own settings.

use crate::disks::Disk;
use crate::stage::{until, write_file};
use crate::support::{Machine, text};
use media::Program;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A machine with Python, and a folder that stands for PyPI.
struct Person {
    machine: Machine,
    shop: PathBuf,
}

impl Person {
    fn new() -> Self {
        let machine = Machine::new();
        let shop = machine.folder().join("packages");
        std::fs::create_dir(&shop).unwrap();
        Self { machine, shop }
    }

    /// Puts a yt-dlp of this version, that says so and is `weight` bytes large, into the folder.
    fn offer(&self, version: &str, weight: usize) {
        let script = format!(
            "import zipfile, os\n\
             whole = zipfile.ZipFile('yt_dlp-{version}-py3-none-any.whl', 'w')\n\
             about = 'yt_dlp-{version}.dist-info/'\n\
             whole.writestr('yt_dlp/__init__.py', 'def main(): print(\"{version}\")')\n\
             whole.writestr('yt_dlp/weight', os.urandom({weight}))\n\
             whole.writestr(about + 'METADATA', 'Metadata-Version: 2.1\\nName: yt-dlp\\nVersion: {version}\\n\
             Provides-Extra: default\\n')\n\
             whole.writestr(about + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n\
             whole.writestr(about + 'entry_points.txt', '[console_scripts]\\nyt-dlp = yt_dlp:main\\n')\n\
             whole.writestr(about + 'RECORD', '')\n"
        );
        let mut python = Command::new("python3")
            .arg("-")
            .stdin(Stdio::piped())
            .current_dir(&self.shop)
            .spawn()
            .unwrap();
        python.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(python.wait().unwrap().success());
    }

    /// The program, whose pip looks into the folder only.
    fn program(&self) -> Command {
        let mut command = self.machine.program();
        command
            .env_remove("PIP_INDEX_URL")
            .env("PIP_NO_INDEX", "1")
            .env("PIP_FIND_LINKS", &self.shop);
        command
    }

    /// The program, whose pip asks an index at this address of the machine.
    fn program_online(&self, port: u16) -> Command {
        let mut command = self.machine.program();
        let index = format!("http://127.0.0.1:{port}/simple");
        command.env_remove("PIP_FIND_LINKS").env("PIP_INDEX_URL", index).env("PIP_RETRIES", "1");
        command
    }

    /// Updates with a daemon of its own, which has the environment of this command; what was said, and whether it was done.
    fn update(&self, mut program: Command) -> (bool, String) {
        let _ = self.machine.run(&["daemon", "stop"]);
        let output = program.args(["tools", "update"]).output().unwrap();
        (output.status.success(), text(&output.stdout) + &text(&output.stderr))
    }

    /// The version of the yt-dlp of MediaFetcher's own, which must answer.
    fn version(&self) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let home = self.machine.home();
        let found = runtime.block_on(mediafetcher::tools::find(&home, Program::YtDlp)).unwrap();
        assert!(found.path.starts_with(home.root()), "{found:?}");
        found.version
    }

    /// Environments that are there.
    fn environments(&self) -> usize {
        let entries =
            std::fs::read_dir(self.machine.home().root().join("tools")).into_iter().flatten();
        entries
            .flatten()
            .filter(|one| one.file_name().to_string_lossy().starts_with("python-"))
            .count()
    }
}

/// A folder with a program of this name and text.
fn folder_with(machine: &Machine, name: &str, script: &str) -> PathBuf {
    let folder = machine.folder().join("programs");
    std::fs::create_dir_all(&folder).unwrap();
    write_file(&folder.join(name), script.as_bytes());
    std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn real_python() -> String {
    let asks = ["-c", "import sys; print(sys.executable)"];
    text(&Command::new("python3").args(asks).output().unwrap().stdout).trim().to_owned()
}

#[test]
fn each_update_brings_the_current_one_and_keeps_the_one_before() {
    let person = Person::new();
    for version in ["2099.1.1", "2099.2.2", "2099.3.3"] {
        person.offer(version, 10);
        let (done, said) = person.update(person.program());
        assert!(done && said.contains(version), "{said}");
        assert_eq!(person.version(), version);
    }
    assert_eq!(person.environments(), 2);
}

#[test]
fn without_a_network_it_says_so_and_the_old_one_works_on() {
    let person = Person::new();
    person.offer("2099.1.1", 10);
    assert!(person.update(person.program()).0);
    // Nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (done, said) = person.update(person.program_online(port));
    assert!(!done && said.contains("PyPI cannot be reached"), "{said}");
    assert_eq!((person.version().as_str(), person.environments()), ("2099.1.1", 1));
    // Neither is one that does not run taken for a new one.
    person.offer("2099.2.2", 10);
    let broken = "import zipfile; z = zipfile.ZipFile('yt_dlp-2099.2.2-py3-none-any.whl', 'a'); \
                  z.writestr('yt_dlp/__init__.py', 'raise SystemExit(1)')";
    let changed = Command::new("python3")
        .args(["-W", "ignore", "-c", broken])
        .current_dir(&person.shop)
        .status();
    assert!(changed.unwrap().success());
    let (done, said) = person.update(person.program());
    assert!(!done && said.contains("does not run"), "{said}");
    assert_eq!((person.version().as_str(), person.environments()), ("2099.1.1", 1));
}

#[test]
fn what_is_missing_of_python_is_named() {
    let person = Person::new();
    let empty = person.machine.folder().join("nothing");
    std::fs::create_dir(&empty).unwrap();
    let mut program = person.program();
    program.env("PATH", &empty);
    let (done, said) = person.update(program);
    assert!(!done && said.contains("Python 3.10 or newer is needed"), "{said}");
    let python = real_python();
    let no_venv = format!(
        "#!/bin/sh\n[ \"$3\" = venv ] && echo 'The virtual environment was not created successfully because \
         ensurepip is not available.' && echo 'Failing command: x' >&2 && exit 1\nexec {python} \"$@\"\n"
    );
    let no_pip = format!(
        "#!/bin/sh\n[ \"$3\" = venv ] && exec {python} -m venv --without-pip \"$5\"\nexec {python} \"$@\"\n"
    );
    for script in [no_venv, no_pip] {
        let folder = folder_with(&person.machine, "python3", &script);
        let mut program = person.program();
        program.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
        let (done, said) = person.update(program);
        assert!(!done && said.contains("apt install python3-venv"), "{said}");
        assert_eq!(person.environments(), 0);
    }
}

#[test]
fn killed_in_the_middle_it_leaves_the_old_one_and_the_next_clears_up() {
    let person = Person::new();
    person.offer("2099.1.1", 10);
    assert!(person.update(person.program()).0);
    let _ = person.machine.run(&["daemon", "stop"]);
    // An index that takes the question and never answers.
    let index = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = index.local_addr().unwrap().port();
    let mut daemon = person.program_online(port).args(["daemon", "run"]).spawn().unwrap();
    let home = person.machine.home();
    until("the daemon answers", || crate::browser::Browser::try_connect(&home));
    let mut update = person.machine.launch(&["tools", "update"]);
    let (mut question, _) = index.accept().unwrap();
    assert_eq!(person.environments(), 2);
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    assert!(!update.wait().unwrap().success());
    // pip ends with the daemon, and so does its question.
    question.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let end = question.read_to_end(&mut Vec::new()).err();
    assert!(end.is_none_or(|error| error.kind() == ErrorKind::ConnectionReset), "pip works on");
    drop(index);
    assert_eq!(person.version(), "2099.1.1");
    person.offer("2099.2.2", 10);
    let (done, said) = person.update(person.program());
    assert!(done, "{said}");
    assert_eq!((person.version().as_str(), person.environments()), ("2099.2.2", 2));
}

#[test]
fn a_full_disk_is_named_and_the_old_one_works_on() {
    let person = Person::new();
    let Some(_disk) = Disk::mount(&person.machine.folder().join("data"), "80m") else { return };
    person.offer("2099.1.1", 10);
    assert!(person.update(person.program()).0);
    person.offer("2099.2.2", 80 << 20);
    let (done, said) = person.update(person.program());
    assert!(!done && said.contains("the disk of the data folder is full"), "{said}");
    assert_eq!((person.version().as_str(), person.environments()), ("2099.1.1", 1));
    let _ = person.machine.run(&["daemon", "stop"]);
}
