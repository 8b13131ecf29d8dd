//! What docs/editors.md says can be done.

use std::fs;

use gover_core::platform::IS_WINDOWS;

use super::{doctor, messy, settings, with_settings};

/// The block of JSON in the page is what a user copies: it must be right as it is.
#[test]
fn the_settings_in_the_documentation_are_accepted() {
    let page = include_str!("../../../docs/editors.md");
    let blocks: Vec<&str> =
        page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 1);
    for block in blocks {
        let mut ctx = with_settings("");
        let go = serde_json::to_string(&ctx.layout().program("go")).unwrap();
        let text = block.replace("\"/home/ann/.gover/bin/go\"", &go);
        assert_ne!(text, block);
        fs::write(settings(&ctx, "Code"), format!("{{\n{text}}}\n")).unwrap();
        assert_eq!(doctor(&ctx), [""; 0]);
        let tools = ctx.directory("tools");
        ctx.set("GOBIN", &tools);
        fs::write(tools.join(if IS_WINDOWS { "go.exe" } else { "go" }), "").unwrap();
        let output = ctx.gover(["editor", "vscode", "--set-go", "--yes"]);
        assert!(output.success().stderr.contains("nothing to write"), "{output}");
    }
}

/// Each command that the page names can be typed.
#[test]
fn the_commands_in_the_documentation_work() {
    let page = include_str!("../../../docs/editors.md");
    let quoted = page.split('`').skip(1).step_by(2);
    let commands: Vec<&str> = quoted.filter(|text| text.starts_with("gover editor ")).collect();
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        let ctx = with_settings(messy());
        ctx.write(".vscode/settings.json", messy());
        if let Some(changing) = command.strip_suffix("--undo") {
            ctx.gover(format!("{changing}--yes").split(' ').skip(1)).success();
        }
        ctx.gover(command.split(' ').skip(1)).success();
    }
}
