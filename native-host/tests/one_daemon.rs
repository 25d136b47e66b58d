//! One daemon per data folder (I7), however many are started and by whom, and it outlives who started it.

mod support;

use protocol::method::{Hello, Method, SayHello};
use protocol::{EXTENSION_ID, Envelope, Kind, PROTO};
use std::io::{Read, Write};
use std::process::Child;
use support::Machine;

fn relay(machine: &Machine) -> Child {
    machine.launch(&[&format!("chrome-extension://{EXTENSION_ID}/")])
}

/// Says hello as the extension does and gives the kind of the answer.
fn say_hello(relay: &mut Child) -> Kind {
    let hello = Hello {
        proto_min: PROTO,
        proto_max: PROTO,
        client_version: "1".into(),
        browser: "chromium".into(),
        profile: String::new(),
    };
    let request = Envelope::request(1, SayHello::NAME, protocol::envelope::to_value(&hello));
    let json = serde_json::to_vec(&request).unwrap();
    let frame = protocol::frame::encode(&json, usize::MAX).unwrap();
    relay.stdin.as_mut().unwrap().write_all(&frame).unwrap();
    let out = relay.stdout.as_mut().unwrap();
    let mut prefix = [0; 4];
    out.read_exact(&mut prefix).unwrap();
    let mut json = vec![0; u32::from_ne_bytes(prefix) as usize];
    out.read_exact(&mut json).unwrap();
    serde_json::from_slice::<Envelope>(&json).unwrap().kind
}

#[test]
fn of_two_daemons_started_at_once_one_stays_and_the_other_leaves_without_failing() {
    // I7
    let machine = Machine::new();
    let daemons = [machine.launch(&["daemon", "run"]), machine.launch(&["daemon", "run"])];
    let waiting =
        daemons.map(|daemon| std::thread::spawn(move || daemon.wait_with_output().unwrap()));
    // Whichever won answers; only then is there something to stop.
    let mut relay = relay(&machine);
    assert_eq!(say_hello(&mut relay), Kind::Res);
    assert!(machine.run(&["daemon", "stop"]).status.success());
    // One stop ends one daemon: had both gone to work, one of them would be waited for without end. (The
    // relay may have started a third before the first answered; the same holds for it.)
    let outputs = waiting.map(|waiting| waiting.join().unwrap());
    assert!(outputs.iter().all(|output| output.status.success()), "{outputs:?}");
    assert!(machine.home().lock().is_ok());
    assert!(relay.wait().unwrap().success());
}

#[test]
fn clients_that_start_it_at_the_same_moment_all_reach_the_same_one() {
    // I7
    let machine = Machine::new();
    let mut relays: Vec<Child> = (0..4).map(|_| relay(&machine)).collect();
    for relay in &mut relays {
        assert_eq!(say_hello(relay), Kind::Res);
    }
    // Ending one daemon ends the connections of all.
    assert!(machine.run(&["daemon", "stop"]).status.success());
    for mut relay in relays {
        assert!(relay.wait().unwrap().success());
    }
    assert!(machine.home().lock().is_ok());
}

#[cfg(unix)]
#[test]
fn killing_the_process_group_of_the_relay_leaves_the_daemon_alone() {
    use std::os::unix::process::CommandExt;
    use std::process::Stdio;
    let machine = Machine::new();
    let mut command = machine.program();
    command.arg(format!("chrome-extension://{EXTENSION_ID}/")).process_group(0);
    let mut relay = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    assert_eq!(say_hello(&mut relay), Kind::Res);
    let group = rustix::process::Pid::from_child(&relay);
    rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap();
    assert!(!relay.wait().unwrap().success());
    assert!(machine.run(&["daemon", "status"]).status.success());
}

#[cfg(unix)]
#[test]
fn a_killed_daemon_leaves_nothing_in_the_way_of_the_next() {
    let machine = Machine::new();
    let mut daemon = machine.launch(&["daemon", "run"]);
    let mut first = relay(&machine);
    assert_eq!(say_hello(&mut first), Kind::Res);
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    // Had the relay started one of its own, it is that one that goes on; else it ends with the first.
    drop(first.stdin.take());
    first.wait().unwrap();
    let mut second = relay(&machine);
    assert_eq!(say_hello(&mut second), Kind::Res);
    drop(second.stdin.take());
    second.wait().unwrap();
}
