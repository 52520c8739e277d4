//! The pager, for what is longer than the terminal: the one process that `whose` starts.

use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

/// The pager that the environment names, else less, which Windows does not have. None where it is switched off (empty or
/// `cat`).
fn command(named: Option<String>, is_windows: bool) -> Option<String> {
    let command = named.or_else(|| (!is_windows).then(|| "less".to_owned()))?;
    Some(command.trim().to_owned()).filter(|command| !command.is_empty() && command != "cat")
}

/// Whether output of so many lines goes through a pager: on a terminal that is lower, never under CI or on a dumb terminal.
#[must_use]
pub fn is_wanted(lines: usize) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    let height = terminal_size::terminal_size().map(|(_, height)| usize::from(height.0));
    io::stdout().is_terminal() && !set("CI") && !is_dumb && height.is_some_and(|height| lines > height)
}

/// Shows `text` in the pager; false if there is none to be had.
///
/// # Errors
///
/// A pager that breaks off for another reason than that its reader has seen enough.
pub fn show(text: &str) -> io::Result<bool> {
    let named = ["WHOSE_PAGER", "PAGER"].iter().find_map(|name| std::env::var(name).ok());
    command(named, cfg!(windows)).map_or(Ok(false), |command| run(&command, text))
}

/// Shows `text` in the pager `command`; false if there is no such program.
fn run(command: &str, text: &str) -> io::Result<bool> {
    // As git does: through the shell, because PAGER may hold arguments; less quits at once where one screen is enough.
    let shell = if cfg!(windows) { ["cmd", "/C"] } else { ["sh", "-c"] };
    let mut pager = Command::new(shell[0]);
    pager.args([shell[1], command]).stdin(Stdio::piped());
    for (name, default) in [("LESS", "FRX"), ("LV", "-c")] {
        if std::env::var_os(name).is_none() {
            pager.env(name, default);
        }
    }
    let Ok(mut child) = pager.spawn() else { return Ok(false) };
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(text.as_bytes()));
    let status = child.wait()?;
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        // A shell that finds no such program (127), or one that it may not run (126), has shown nothing.
        _ => Ok(!matches!(status.code(), Some(126 | 127))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pager_is_named_or_usual_or_none() {
        let command = |named: Option<&str>, is_windows| command(named.map(str::to_owned), is_windows);
        assert_eq!(command(None, false).as_deref(), Some("less"));
        assert_eq!(command(None, true), None, "Windows comes without less");
        for is_windows in [false, true] {
            assert_eq!(command(Some(" more -R "), is_windows).as_deref(), Some("more -R"));
            assert_eq!(command(Some(""), is_windows), None);
            assert_eq!(command(Some("cat"), is_windows), None);
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_no_pager_has_shown_is_not_shown() {
        let no_program = concat!("'", env!("CARGO_MANIFEST_DIR"), "/Cargo.toml'");
        for (pager, is_shown) in
            [("cat >/dev/null", true), ("true", true), ("no-such-pager", false), (no_program, false)]
        {
            assert_eq!(run(pager, "text\n").expect("the shell runs"), is_shown, "{pager}");
        }
    }
}
