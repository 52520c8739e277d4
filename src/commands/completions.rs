//! `whose completions SHELL`: the script that asks the program itself for completions, and the program's answers to it:
//! services, modes and layers as they are in the catalogue now, in every shell.

use std::ffi::OsStr;

use clap::ValueEnum;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::{CompleteEnv, EnvCompleter, Shells};

use super::Outcome;
use crate::catalogue::Catalogue;
use crate::catalogue::model::Layer;

#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The shells that can ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// In ~/.bashrc: source <(whose completions bash)
    Bash,
    /// In rc.elv: eval (whose completions elvish | slurp)
    Elvish,
    /// In config.fish: whose completions fish | source
    Fish,
    /// In $PROFILE: whose completions powershell | Out-String | Invoke-Expression
    Powershell,
    /// In ~/.zshrc, after compinit: source <(whose completions zsh)
    Zsh,
}

/// The environment variable by which a shell asks.
const VARIABLE: &str = "COMPLETE";

/// Prints the script.
///
/// # Errors
///
/// Never in practice: the script is written to memory.
pub fn run(args: &Args) -> anyhow::Result<Outcome> {
    let name = args.shell.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    let shells = Shells::builtins();
    let completer: &dyn EnvCompleter =
        shells.completer(&name).ok_or_else(|| anyhow::anyhow!("no completions for {name}"))?;
    let mut script = Vec::new();
    completer.write_registration(VARIABLE, "whose", "whose", "whose", &mut script)?;
    let script = String::from_utf8(script)?;
    Ok(Outcome::text(match args.shell {
        Shell::Bash => script.replace("-F _clap_complete_whose", "-F _whose") + include_str!("completions.bash"),
        Shell::Zsh => script + include_str!("completions.zsh"),
        Shell::Elvish | Shell::Fish | Shell::Powershell => script,
    }))
}

/// Answers a shell that asks for completions of `program`; whether one did.
///
/// # Errors
///
/// If stdout cannot be written.
pub fn answer(program: fn() -> clap::Command) -> anyhow::Result<bool> {
    if std::env::var_os(VARIABLE).is_none() {
        return Ok(false);
    }
    let here = std::env::current_dir().ok();
    Ok(CompleteEnv::with_factory(program)
        .var(VARIABLE)
        .bin("whose")
        .try_complete(std::env::args_os(), here.as_deref())?)
}

/// Every service, and `service@mode`, with its name. An overlay that cannot be read has none: what is wrong with it, the
/// command itself will say.
#[must_use]
pub fn services() -> Vec<CompletionCandidate> {
    let catalogue = super::open(super::overlay_of_environment().as_slice()).unwrap_or_else(|_| Catalogue::built_in());
    let mut all = Vec::new();
    for service in catalogue.services().iter() {
        all.push(CompletionCandidate::new(OsStr::new(&*service.id)).help(Some(service.name.to_string().into())));
        for mode in &service.modes {
            let name = format!("{}@{}", service.id, mode.id);
            all.push(CompletionCandidate::new(name).help(Some(mode.name.to_string().into())));
        }
    }
    all
}

/// Every layer with its name.
#[must_use]
pub fn layers() -> Vec<CompletionCandidate> {
    let catalogue = Catalogue::built_in();
    let candidate = |layer: &Layer| {
        CompletionCandidate::new(layer.as_str()).help(Some(catalogue.layer(*layer).name.to_string().into()))
    };
    Layer::ALL.iter().map(candidate).collect()
}
