use std::os::unix::fs::{PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;

/// A home directory with programs in it, and nothing of the machine's own.
struct Machine {
    dir: TempDir,
}

impl Machine {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    fn program(&self, relative: &str) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn search(&self, vars: &[(&str, &str)]) -> Search {
        let root = self.dir.path().to_str().unwrap();
        let vars = vars
            .iter()
            .map(|(name, value)| ((*name).into(), value.replace("{}", root).into()))
            .collect();
        let home = Some(self.path("home"));
        let environment = Environment { vars, home, ..Environment::default() };
        Search { environment, ..Search::default() }.with_ao_home(&self.path("home/.ao"))
    }
}

#[test]
fn takes_the_first_executable_regular_file_on_path() {
    let machine = Machine::new();
    fs::create_dir_all(machine.path("a/codex")).unwrap();
    fs::create_dir_all(machine.path("b")).unwrap();
    fs::write(machine.path("b/codex"), "not executable").unwrap();
    let codex = machine.program("c/codex");
    machine.program("d/codex");
    let search = machine.search(&[("PATH", "{}/none:{}/a:{}/b:{}/c:{}/d")]);
    assert_eq!(search.codex(), Some(codex));
}

#[test]
fn never_takes_one_of_our_wrappers_however_path_spells_them() {
    let machine = Machine::new();
    machine.program("home/.ao/bin/git");
    symlink(machine.path("home/.ao/bin"), machine.path("link")).unwrap();
    fs::create_dir_all(machine.path("links")).unwrap();
    symlink(machine.path("home/.ao/bin/git"), machine.path("links/git")).unwrap();
    let git = machine.program("real/git");
    let ours =
        "{}/home/.ao/bin:{}/home/.ao/bin/:{}/home//.ao/./bin:{}/home/.ao/x/../bin:{}/link:{}/links";
    fs::create_dir_all(machine.path("home/.ao/x")).unwrap();
    assert_eq!(machine.search(&[("PATH", ours)]).on_path("git"), None);
    let path = format!("{ours}:{{}}/real");
    assert_eq!(machine.search(&[("PATH", &path)]).on_path("git"), Some(git));
}

#[test]
fn relative_entries_of_path_are_passed_over() {
    let machine = Machine::new();
    let search = machine.search(&[("PATH", ".::src:target")]);
    assert_eq!(search.on_path("binary.rs"), None);
}

#[test]
fn a_named_binary_comes_first_and_a_wrong_one_is_passed_over() {
    let machine = Machine::new();
    let on_path = machine.program("bin/codex");
    let by_variable = machine.program("variable/my-codex");
    let by_option = machine.program("home/option/codex");
    let vars = [("PATH", "{}/bin"), ("AO_CODEX_BINARY", "{}/variable/my-codex")];
    let named = |binary: &str| Search { binary: Some(binary.into()), ..machine.search(&vars) };
    assert_eq!(named("~/option/codex").codex(), Some(by_option));
    assert_eq!(named("codex").codex(), Some(on_path.clone()));
    assert_eq!(named("/nowhere/codex").codex(), Some(by_variable.clone()));
    assert_eq!(named("").codex(), Some(by_variable));
    let wrong = [("PATH", "{}/bin"), ("AO_CODEX_BINARY", "{}/bin")];
    assert_eq!(machine.search(&wrong).codex(), Some(on_path));
}

#[test]
fn finds_a_codex_where_installers_put_it() {
    for place in [
        ".cargo/bin",
        ".npm/bin",
        ".npm-global/bin",
        ".local/share/pnpm",
        ".local/share/pnpm/bin",
        ".bun/bin",
        ".volta/bin",
        ".nvm/versions/node/v20.17.0/bin",
        ".local/share/fnm/node-versions/v22.1.0/installation/bin",
        ".local/bin",
    ] {
        let machine = Machine::new();
        let codex = machine.program(&format!("home/{place}/codex"));
        assert_eq!(machine.search(&[("PATH", "{}/bin")]).codex(), Some(codex), "{place}");
    }
}

#[test]
fn follows_the_variables_and_settings_of_package_managers() {
    for variable in ["npm_config_prefix", "NPM_CONFIG_PREFIX", "BUN_INSTALL", "VOLTA_HOME"] {
        let machine = Machine::new();
        let codex = machine.program("elsewhere/bin/codex");
        assert_eq!(
            machine.search(&[(variable, "{}/elsewhere")]).codex(),
            Some(codex),
            "{variable}"
        );
    }
    let machine = Machine::new();
    let codex = machine.program("home/packages/bin/codex");
    fs::write(machine.path("home/.npmrc"), "fund=false\nprefix = ~/packages\n").unwrap();
    assert_eq!(machine.search(&[]).codex(), Some(codex));
}

#[test]
fn takes_the_newest_node_version_of_nvm() {
    let machine = Machine::new();
    machine.program("home/.nvm/versions/node/v9.11.2/bin/codex");
    let codex = machine.program("home/.nvm/versions/node/v20.17.0/bin/codex");
    fs::create_dir_all(machine.path("home/.nvm/versions/node/v24.0.0/bin")).unwrap();
    assert_eq!(machine.search(&[]).codex(), Some(codex));
}
