//! What the documents say is so: versions, links, and the examples that are not transcripts.

#[cfg(feature = "cli")]
mod common;

use std::fs;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn text(file: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(file)).expect("a document of text").replace("\r\n", "\n")
}

/// Every Markdown document of the project.
fn documents() -> Vec<String> {
    let mut all = Vec::new();
    for folder in ["", "data", "docs"] {
        for entry in fs::read_dir(Path::new(ROOT).join(folder)).expect("the folder is there").filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().extension().is_some_and(|ending| ending == "md") {
                all.push(Path::new(folder).join(name).to_string_lossy().replace('\\', "/"));
            }
        }
    }
    all
}

#[test]
fn the_changelog_speaks_of_this_version() {
    let heading = format!("\n## {} (", env!("CARGO_PKG_VERSION"));
    assert!(text("CHANGELOG.md").contains(&heading), "CHANGELOG.md has no `{}`", heading.trim());
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for document in documents() {
        let folder = Path::new(ROOT).join(&document).parent().expect("a document has a folder").to_owned();
        for link in text(&document).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if !link.contains("://") && !file.is_empty() && !folder.join(file).exists() {
                broken.push(format!("{document}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_overlay_of_the_readme_is_the_one_of_the_transcripts() {
    let shown = text("README.md").split_once("```yaml\n").expect("an overlay").1.split("```").next().map(str::to_owned);
    assert_eq!(shown.as_deref(), Some(&*text("tests/cmd/overlay.in/hub.yaml")));
}

#[test]
#[cfg(feature = "cli")]
fn the_columns_of_sheets_are_those_that_are_documented() {
    let formats = text("docs/formats.md");
    let section = formats.split_once("\n## Columns of csv and tsv\n").expect("the section").1;
    let rows =
        section.split("\n## ").next().unwrap_or_default().lines().filter_map(|line| line.strip_prefix("| `whose "));
    let mut seen = 0;
    for row in rows {
        let (command, columns) = row.split_once("` | `").expect("two cells");
        let args: Vec<&str> = command.split(' ').chain(["-o", "csv"]).collect();
        let sheet = common::whose(&args).out;
        assert_eq!(sheet.lines().next(), columns.strip_suffix("` |"), "{command}");
        seen += 1;
    }
    assert!(seen > 10, "{seen}");
}

/// Phrases that readers stumbled over, each with what is said instead.
const STUMBLES: &[(&str, &str)] = &[
    ("Catalogue of 2", "Catalogue dated 2"),
    ("Catalogue of {", "Catalogue dated {"),
    ("What each must do:", "For the duties, add --layer os"),
    ("belongs into", "belongs in"),
    ("did you mean this?", "what is wrong, then the next command"),
    ("is wanted here", "expected"),
    ("mend them first", "fix these first"),
    ("no duty fits", "nothing matched"),
    ("no service fits", "nothing matched"),
    ("of which services?", "no services given"),
    ("one a line", "one per line"),
    ("by its shape", "the format is detected automatically"),
    ("not say which mode; ", "does not say which mode it runs in"),
    ("it owns nothing", "data source"),
    ("one line a mode", "one line per mode"),
    ("one word too many", "unexpected argument"),
    ("wins whole", "is used; nothing is merged"),
    ("what was passed over is always reported", "stderr reports what was skipped"),
];

#[test]
fn phrases_that_readers_stumbled_over_do_not_come_back() {
    let mut files = documents();
    let mut folders = vec!["src".to_owned(), "tests/cmd".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(Path::new(ROOT).join(&folder)).expect("the folder is there").filter_map(Result::ok) {
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    let mut found = Vec::new();
    for file in files {
        let text = text(&file);
        let stumbles = STUMBLES.iter().filter(|(phrase, _)| text.contains(phrase));
        found.extend(stumbles.map(|(phrase, better)| format!("{file}: `{phrase}`; say: {better}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
