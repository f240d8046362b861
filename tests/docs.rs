//! The documentation has an example for at least every second public method, and each loop in it goes on after
//! an error that costs nothing.

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
