//! Tests in network namespaces, which take root and iproute2; `NETNS_TESTS=required` makes it a failure if
//! they are not there.

use std::env;
use std::process::Command;

const INSIDE: &str = "ACUDPCLIENT_INSIDE_NETNS";
const NOT_POSSIBLE: i32 = 77;

/// Does this work of this test in a network namespace of its own, and in a process of its own, after the
/// script has made the network; `exit 77` there says that it cannot.
pub fn inside(test: &str, script: &str, work: impl FnOnce()) {
    if env::var_os(INSIDE).is_some() {
        return work();
    }
    let script = format!("{script}\nexec \"$0\" \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "sh", "-c", &script]);
    let inside = command.arg(env::current_exe().unwrap()).args(super::only(test)).env(INSIDE, "1").output();
    match inside {
        Ok(inside) if inside.status.success() => {}
        Ok(inside) if ![Some(1), Some(NOT_POSSIBLE)].contains(&inside.status.code()) => {
            let said = [inside.stdout, inside.stderr].concat();
            panic!("inside: {}\n{}", inside.status, String::from_utf8_lossy(&said));
        }
        impossible => {
            assert!(env::var_os("NETNS_TESTS").is_none(), "no network namespace: {impossible:?}");
            println!("skipped: it takes root, iproute2 and, for a firewall, iptables");
        }
    }
}
