//! The documentation has an example for at least every second public method. Each loop in it goes on after a harmless
//! error. Each whole program in README and the guide is one of `examples/`, which `tests/examples.rs` runs. Each test
//! that a table names exists.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders of `src` whose methods users call.
const FOLDERS: [&str; 5] = ["client", "tracker", "relay", "capture", "sim"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.into_iter().chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

fn all_sources() -> Vec<PathBuf> {
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

/// The public methods of a file, and whether the comment before each has an example.
fn methods(text: &str) -> Vec<(String, bool)> {
    let mut methods = Vec::new();
    let mut has_example = false;
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("///") {
            has_example |= comment.trim_start().starts_with("```");
        } else if let Some(rest) = line.strip_prefix("pub fn ").or_else(|| line.strip_prefix("pub const fn "))
        {
            let name = rest.split(['(', '<']).next().unwrap_or(rest);
            methods.push((name.to_owned(), has_example));
            has_example = false;
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            has_example = false;
        }
    }
    methods
}

#[test]
fn every_second_public_method_has_an_example() {
    for folder in FOLDERS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
        let all: Vec<_> =
            sources(&folder).iter().flat_map(|path| methods(&fs::read_to_string(path).unwrap())).collect();
        let without: Vec<_> = all.iter().filter(|(_, has)| !has).map(|(name, _)| name.as_str()).collect();
        let (with, all) = (all.len() - without.len(), all.len());
        println!("{}: {with} of {all} have an example", folder.display());
        assert!(2 * with >= all, "{}: {with} of {all} have an example, not {without:?}", folder.display());
    }
}

/// The programs in a documentation: what is between the fences.
fn programs(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        line.strip_prefix("//!").or_else(|| line.strip_prefix("///")).unwrap_or(line).trim()
    });
    let mut programs = Vec::new();
    let mut program: Option<String> = None;
    for line in lines {
        match &mut program {
            Some(_) if line == "```" => programs.extend(program.take()),
            Some(program) => {
                program.push_str(line);
                program.push('\n');
            }
            None if line.starts_with("```") => program = Some(String::new()),
            None => {}
        }
    }
    programs
}

#[test]
fn every_loop_that_is_shown_goes_on_after_an_error() {
    const RECEIVES: [&str; 4] = ["next_event()", "wait_event(", ".drain(", ".events()"];
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let mut loops = 0;
    for path in all_sources().into_iter().chain([readme]) {
        for program in programs(&fs::read_to_string(&path).unwrap()) {
            let is_loop = |line: &str| ["loop {", "while ", "for "].iter().any(|word| line.starts_with(word));
            let has_loop = program.lines().any(is_loop);
            if has_loop && RECEIVES.iter().any(|receives| program.contains(receives)) {
                loops += 1;
                let goes_on = program.contains("recoverable()?") || program.contains("Ok(");
                let ends = RECEIVES.iter().any(|receives| {
                    program.lines().any(|line| {
                        let after = line.split_once(receives).map(|(_, after)| after);
                        after.is_some_and(|after| after.contains(")?") || after.starts_with('?'))
                    })
                });
                assert!(goes_on && !ends, "{}: its loop ends at the first error:\n{program}", path.display());
            }
        }
    }
    assert!(loops >= 8, "only {loops} loops were found");
}

/// What `examples/NAME.rs` is in the documentation: without its heading, and with addresses in the place of
/// `common`, which finds a simulated server.
fn as_shown(example: &str) -> String {
    let lines = example.lines().filter(|line| {
        let is_support = line.contains("= common::addresses()") || *line == "mod common;";
        !is_support && !line.starts_with("//!")
    });
    let text = lines.map(|line| with_placeholders(line) + "\n").collect::<String>();
    text.trim().to_owned()
}

/// A line in which it is left open what differs: the addresses, and where a port comes from.
fn with_placeholders(line: &str) -> String {
    if let Some((before, after)) = line.split_once("AcUdpClient::bind(") {
        let after = after.split_once(')').map_or(after, |(_, after)| after);
        return format!("{before}AcUdpClient::bind(ADDRESSES){after}");
    }
    if let Some((before, _)) = line.split_once("let servers = ") {
        return format!("{before}let servers = ADDRESSES;");
    }
    match line.split_once("common::port(") {
        Some((before, after)) => before.to_owned() + &after.replacen(')', "", 1),
        None => line.to_owned(),
    }
}

/// The whole programs in README or a chapter: each with the name of the last example that was mentioned before.
fn whole_programs(text: &str) -> Vec<(Option<String>, String)> {
    let mut programs = Vec::new();
    let mut example = None;
    let mut program: Option<String> = None;
    for line in text.lines() {
        let line = line.strip_prefix("//!").map_or(line, |line| line.strip_prefix(' ').unwrap_or(line));
        match &mut program {
            Some(text) if line == "```" => {
                if text.lines().any(|line| line.contains("fn main(")) {
                    programs.push((example.clone(), text.trim().to_owned()));
                }
                program = None;
            }
            Some(text) => *text += &(with_placeholders(line) + "\n"),
            None if line.starts_with("```") => program = Some(String::new()),
            None => {
                if let Some((_, name)) = line.split_once("`examples/") {
                    example = name.split_once(".rs`").map(|(name, _)| name.to_owned()).or(example);
                }
            }
        }
    }
    // A line that rustdoc hides belongs to an excerpt, not to a program that a reader copies.
    programs.retain(|(_, text)| !text.lines().any(|line| line.starts_with("# ")));
    programs
}

#[test]
fn every_whole_program_is_an_example_that_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let runner = fs::read_to_string(root.join("tests/examples.rs")).unwrap();
    let mut seen = Vec::new();
    for path in sources(&root.join("src/guide")).into_iter().chain([root.join("README.md")]) {
        for (name, shown) in whole_programs(&fs::read_to_string(&path).unwrap()) {
            let name = name.unwrap_or_else(|| "first".to_owned());
            let example = fs::read_to_string(root.join(format!("examples/{name}.rs"))).unwrap();
            let expected = as_shown(&example);
            let (path, differs) = (path.display(), expected.lines().zip(shown.lines()).find(|(a, b)| a != b));
            assert!(
                shown == expected,
                "{path} shows examples/{name}.rs otherwise; which of them is right? First difference: {differs:#?}"
            );
            assert!(runner.contains(&format!("\"{name}\",")), "tests/examples.rs does not run {name}");
            seen.push(name);
        }
    }
    println!("{seen:?}");
    assert!(seen.len() >= 9, "only {seen:?} were found");
}

/// The last cells of the tables whose last column is headed `test`.
fn test_cells(text: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut table: Option<bool> = None;
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches(['/', '!']).trim();
        let cell = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')?.rsplit('|').next());
        match (cell.map(str::trim), table) {
            (None, _) => table = None,
            (Some(heading), None) => table = Some(heading == "test"),
            (Some(cell), Some(true)) if cell != "---" => cells.push(cell.to_owned()),
            _ => {}
        }
    }
    cells
}

/// True if the file, or a file of the folder, has a test of this name.
fn has_test(path: &Path, name: &str) -> bool {
    let files = if path.is_dir() { sources(path) } else { vec![path.to_owned()] };
    let start = format!("fn {name}(");
    files.iter().any(|file| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let mut is_test = false;
        text.lines().map(str::trim).any(|line| {
            let is_it = is_test && line.starts_with(&start);
            is_test = line == "#[test]" || is_test && line.starts_with("#[");
            is_it
        })
    })
}

/// A cell names `FILE::TEST`, or a test alone, or as in SECURITY.md a file or folder and then its tests.
#[test]
fn every_test_that_a_table_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut named, mut nameless) = (0, Vec::new());
    for path in all_sources().into_iter().chain([root.join("SECURITY.md")]) {
        for cell in test_cells(&fs::read_to_string(&path).unwrap()) {
            if !cell.contains('`') {
                nameless.push(path.strip_prefix(root).unwrap().to_owned());
            }
            let mut place = None;
            for item in cell.split('`').skip(1).step_by(2) {
                if let Some(found) =
                    [root.join(item), root.join("tests").join(item)].iter().find(|it| it.exists())
                {
                    place = Some(found.clone());
                } else if !root.join(format!("fuzz/fuzz_targets/{item}.rs")).exists() {
                    let is_there = match item.split_once("::") {
                        Some((file, test)) => has_test(&root.join(file), test),
                        None => has_test(place.as_deref().unwrap_or(&root.join("tests")), item),
                    };
                    assert!(is_there, "{}: there is no test {item}", path.display());
                    named += 1;
                }
            }
        }
    }
    println!("{named} tests are named");
    assert!(nameless.is_empty(), "no test in a row of {nameless:?}");
    assert!(named >= 100, "only {named} were found");
}

#[test]
fn a_test_that_does_not_exist_is_noticed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let this = "a_test_that_does_not_exist_is_noticed";
    assert!(has_test(&root.join("tests/docs.rs"), this) && has_test(&root.join("tests"), this));
    for (file, name) in
        [("tests/docs.rs", "no_such_test"), ("tests/docs.rs", "sources"), ("no_such_file.rs", this)]
    {
        assert!(!has_test(&root.join(file), name), "{file}: {name}");
    }
    let table = "//! | case | test |\n//! | --- | --- |\n//! | one | `a.rs::b` |\n\n/// | case | else |\n/// | - | - |";
    assert_eq!(test_cells(table), ["`a.rs::b`"]);
}

#[test]
fn readme_is_short_and_its_files_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.lines().count() <= 150, "{} lines", readme.lines().count());
    let library = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    for line in readme.lines().filter(|line| line.starts_with('[')) {
        let (name, target) = line.split_once("]: ").unwrap();
        assert!(library.contains(&format!("//! {name}]: ")), "src/lib.rs does not say where {name}] leads");
        let file = match target.strip_prefix("https://docs.rs/acudpclient/latest/acudpclient/") {
            Some(page) => format!("src/{}", page.trim_end_matches('/')),
            None => target.to_owned(),
        };
        let exists = root.join(&file).exists() || root.join(file.clone() + ".rs").exists();
        assert!(exists, "{target}: {file} is not there");
    }
}
