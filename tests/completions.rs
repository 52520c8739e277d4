//! Completions in real shells: the script is loaded the way its users load it, and the shell itself is asked.
//!
//! Of elvish and PowerShell it is only tested that they get a script; nothing here runs it.

#![cfg(feature = "cli")]

mod common;

use common::answer;

#[test]
fn every_shell_gets_a_script_that_asks_the_program() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = answer(&["completions", shell]);
        assert!(script.contains("COMPLETE") && script.contains(shell), "{shell}: {script}");
    }
}

#[cfg(unix)]
mod in_a_real_shell {
    use std::io::Write;
    use std::path::Path;
    use std::process::{Command, Stdio};

    /// What stands on the line, and some of what can stand there instead of its last word.
    const LINES: &[(&str, &[&str])] = &[
        ("whose rds", &["rds", "rds-custom", "rds-custom@oracle"]),
        ("whose rds enc", &["encryption-in-transit", "encryption-at-rest"]),
        ("whose eks@f", &["eks@fargate"]),
        ("whose eks@", &["eks@fargate", "eks@hybrid-nodes"]),
        ("whose lambda@container-image plat", &["platform"]),
        ("whose categories ", &["infrastructure", "container", "abstracted"]),
        ("whose layers gu", &["guest-os"]),
        ("whose matrix ec2 eks@f", &["eks@fargate"]),
        ("whose duties --service s3 --layer cust", &["customer-data"]),
        ("whose services --party ", &["aws", "customer", "shared", "third-party"]),
        ("whose exp", &["export"]),
    ];

    /// A shell with the program first in its path, and nothing of the user's own. None if it is not installed, which is
    /// said where the test harness does not swallow it; where CI says that this is CI, it is a failure.
    fn shell(name: &str) -> Option<Command> {
        if Command::new(name).arg("--version").stdout(Stdio::null()).status().is_err() {
            let guarded = cfg!(target_os = "linux") && std::env::var_os("CI").is_some();
            assert!(!guarded, "{name} is not installed");
            writeln!(std::io::stderr(), "SKIPPED: {name} is not installed").expect("stderr is there");
            return None;
        }
        let own = Path::new(env!("CARGO_BIN_EXE_whose")).parent().expect("it is in a folder");
        let path = std::env::var("PATH").expect("there is a path");
        let mut command = Command::new(name);
        command.env_clear().env("PATH", format!("{}:{path}", own.display())).env("LC_ALL", "C.UTF-8");
        command.env("TERM", "dumb").env("HOME", env!("CARGO_TARGET_TMPDIR")).stdin(Stdio::null());
        Some(command)
    }

    fn said(command: &mut Command) -> String {
        let output = command.output().expect("it runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && complaint.is_empty(), "{complaint}");
        String::from_utf8(output.stdout).expect("text")
    }

    fn assert_offered(line: &str, wanted: &[&str], offered: &[String]) {
        for word in wanted {
            assert!(offered.iter().any(|own| own == word), "{line}: no {word} in {offered:?}");
        }
        let typed = line.rsplit(' ').next().unwrap_or_default();
        assert!(offered.iter().all(|own| own.starts_with(typed)), "{line}: {offered:?}");
    }

    #[test]
    fn bash_offers_what_the_catalogue_holds() {
        // Calls the function that is registered for `whose`, as bash does: with the line in words, of which `@` is one.
        const ASK: &str = r#"
            eval "$(whose completions bash)"
            typed=$1
            shift
            COMP_WORDS=("$@")
            COMP_CWORD=$(($# - 1))
            registered=$(complete -p whose)
            registered=${registered##*-F }
            "${registered% whose}" whose "$typed" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\n' "${COMPREPLY[@]}""#;
        for (line, wanted) in LINES {
            let Some(mut bash) = shell("bash") else { return };
            let last = line.rsplit(' ').next().unwrap_or_default();
            let (before, typed) = last.split_at(last.find('@').unwrap_or(0));
            let mut words: Vec<&str> = Vec::new();
            for word in line.split(' ') {
                match word.split_once('@') {
                    Some((name, "")) => words.extend([name, "@"]),
                    Some((name, mode)) => words.extend([name, "@", mode]),
                    None => words.push(word),
                }
            }
            let said = said(bash.args(["--norc", "-c", ASK, "bash", typed]).args(words));
            let offered: Vec<String> = said.lines().map(|word| format!("{before}{word}")).collect();
            assert_offered(line, wanted, &offered);
        }
    }

    #[test]
    fn fish_offers_what_the_catalogue_holds() {
        for (line, wanted) in LINES {
            let Some(mut fish) = shell("fish") else { return };
            let ask = "whose completions fish | source; complete --do-complete $argv[1]";
            let said = said(fish.args(["--no-config", "-c", ask, line]));
            // After a tab, what the word means.
            let word = |offer: &str| offer.split('\t').next().unwrap_or_default().to_owned();
            assert_offered(line, wanted, &said.lines().map(word).collect::<Vec<_>>());
        }
    }

    #[test]
    fn services_of_ones_own_are_offered_too() {
        let ask = "whose completions fish | source; set -gx WHOSE_CATALOGUE $argv[1]; complete --do-complete 'whose b'";
        // One that cannot be read has no services, and takes none away.
        for (overlay, has) in [("hub.yaml", true), ("broken.yaml", false), ("none.yaml", false)] {
            let Some(mut fish) = shell("fish") else { return };
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/overlays").join(overlay);
            let said = said(fish.args(["--no-config", "-c", ask]).arg(file));
            assert_eq!(said.contains("billing-hub\tBilling Hub\n"), has, "{overlay}: {said}");
            assert!(said.contains("batch\tAWS Batch\n"), "{overlay}: {said}");
        }
    }

    #[test]
    fn zsh_completes_at_the_first_tab() {
        // An interactive zsh in a terminal of its own, with the script where packages install it. What is typed after
        // the tab is the same whether or not it completes, so that there is always an end to wait for.
        const TYPE: &str = r#"
            zmodload zsh/zpty
            zpty zsh zsh -f -i
            zpty -w zsh "PS1='rea''dy '; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D"
            zpty -r zsh screen '*ready *'
            zpty -w -n zsh "$2"$'\t'"; print do''ne"$'\n'
            zpty -r zsh screen $'*done\r*'
            print -r -- $screen"#;
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("zsh");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("_whose"), super::answer(&["completions", "zsh"])).expect("a file");
        for (typed, completed) in [
            ("whose amplif", "whose amplify "),
            ("whose rds encryption-at", "whose rds encryption-at-rest "),
            ("whose eks@far", "whose eks@fargate "),
            ("whose lambda@container-image plat", "whose lambda@container-image platform "),
            ("whose categories abs", "whose categories abstracted "),
        ] {
            let Some(mut zsh) = shell("zsh") else { return };
            let screen = said(zsh.args(["-f", "-c", TYPE, "zsh"]).arg(&folder).arg(typed));
            assert!(screen.contains(completed), "{typed}: {screen:?}");
        }
    }
}
