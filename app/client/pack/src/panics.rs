//! Panics without their messages: a panic traps at once, which the console of the browser names, with a stack and no more.
//!
//! Bounds and states are checked as before. wasm-opt's `--traps-never-happen` is smaller still and takes the checks away.

use std::{collections::HashSet, ops::Range};
use walrus::{
    ConstExpr, Data, DataKind, FunctionId, LocalFunction, Module,
    ir::{Br, BrIf, BrTable, Call, Instr, InstrLocId, InstrSeq, InstrSeqId, Unreachable, Value, Visitor, dfs_in_order},
};

/// No file of Rust has more lines than this, nor a line more columns.
const LONGEST_FILE: u32 = 1_000_000;

/// What formats the messages has no use then, and wasm-opt drops it.
pub(crate) fn become_traps(module: &mut Module) {
    let panics = module.funcs.iter_local().filter(|(_, function)| never_returns(function));
    let panics: HashSet<_> = panics.map(|(id, _)| id).collect();
    for (id, function) in module.funcs.iter_local_mut() {
        if panics.contains(&id) {
            let body = function.entry_block();
            function.block_mut(body).instrs = vec![trap()];
        } else {
            trap_instead_of(&panics, function);
        }
    }
}

/// Takes away the places in the source that panics name: a function that can panic has its caller's as an argument.
pub(crate) fn forget_places(module: &mut Module) {
    let segments: Vec<_> = module.data.iter().map(Data::id).collect();
    for segment in segments {
        blank_locations(module.data.get_mut(segment));
    }
}

fn trap() -> (Instr, InstrLocId) {
    (Unreachable {}.into(), InstrLocId::default())
}

/// Replaces calls of them together with what is right before: it puts the message together, which is what refers to the words of
/// it. To anything else it is as if the trap came a moment earlier.
fn trap_instead_of(panics: &HashSet<FunctionId>, function: &mut LocalFunction) {
    let mut blocks = Blocks(Vec::new());
    dfs_in_order(&mut blocks, function, function.entry_block());
    for block in blocks.0 {
        let instructions = &mut function.block_mut(block).instrs;
        let calls = |instruction: &Instr| matches!(instruction, Instr::Call(Call { func }) if panics.contains(func));
        if let Some(call) = instructions.iter().position(|(instruction, _)| calls(instruction)) {
            instructions.truncate(call);
            while instructions.pop_if(|(instruction, _)| prepares(instruction)).is_some() {}
            instructions.push(trap());
        }
    }
}

/// Whether it has no effect but on the stack and in memory.
fn prepares(instruction: &Instr) -> bool {
    matches!(
        instruction,
        Instr::Const(_)
            | Instr::LocalGet(_)
            | Instr::LocalSet(_)
            | Instr::LocalTee(_)
            | Instr::GlobalGet(_)
            | Instr::GlobalSet(_)
            | Instr::Binop(_)
            | Instr::Load(_)
            | Instr::Store(_)
    )
}

/// The blocks of a function.
struct Blocks(Vec<InstrSeqId>);

impl<'instr> Visitor<'instr> for Blocks {
    fn start_instr_seq(&mut self, block: &'instr InstrSeq) {
        self.0.push(block.id());
    }
}

/// Whether all that a function can end in is a panic.
fn never_returns(function: &LocalFunction) -> bool {
    let body = function.entry_block();
    let mut returns = Returns { body, found: false };
    dfs_in_order(&mut returns, function, body);
    let last = function.block(body).instrs.last();
    !returns.found && matches!(last, Some((Instr::Unreachable(_), _)))
}

/// Looks for what leaves a function before its last instruction.
struct Returns {
    body: InstrSeqId,
    found: bool,
}

impl<'instr> Visitor<'instr> for Returns {
    fn visit_instr(&mut self, instruction: &'instr Instr, _: &'instr InstrLocId) {
        self.found |= match instruction {
            Instr::Return(_) | Instr::ReturnCall(_) | Instr::ReturnCallIndirect(_) | Instr::ReturnCallRef(_) => true,
            Instr::Br(Br { block }) | Instr::BrIf(BrIf { block }) => *block == self.body,
            Instr::BrTable(BrTable { blocks, default }) => blocks.contains(&self.body) || *default == self.body,
            // Rust uses no other branches: they are of exceptions and of garbage collection.
            _ => false,
        };
    }
}

/// Zeroes Rust's `Location`s, which nothing reads any more, and the names of the files in them.
fn blank_locations(segment: &mut Data) {
    let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = segment.kind else { return };
    let places = (0..segment.value.len()).step_by(size_of::<u32>());
    let locations: Vec<_> = places.filter_map(|at| location(&segment.value, start.cast_unsigned(), at)).collect();
    for place in locations.into_iter().flatten() {
        if let Some(bytes) = segment.value.get_mut(place) {
            bytes.fill(0);
        }
    }
}

/// What a `Location` at this place takes up: itself, which is where the name of a file begins, its length, a line and a
/// column, and the name, which ends in NUL.
fn location(data: &[u8], start: u32, at: usize) -> Option<[Range<usize>; 2]> {
    const WORDS: usize = 4;
    let word = |number: usize| {
        let bytes = data.get(at + number * size_of::<u32>()..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    };
    let name_at = usize::try_from(word(0)?.checked_sub(start)?).ok()?;
    let name = name_at..name_at.checked_add(usize::try_from(word(1)?).ok()?)?;
    let is_location = data.get(name.clone())?.ends_with(b".rs")
        && data.get(name.end) == Some(&0)
        && (1..=LONGEST_FILE).contains(&word(2)?)
        && (1..=LONGEST_FILE).contains(&word(3)?);
    is_location.then(|| [at..at + WORDS * size_of::<u32>(), name])
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{FunctionBuilder, InstrSeqBuilder, ValType};

    /// A function without parameters, and whether it traps at once when its module is packed.
    fn traps_at_once(write: impl FnOnce(&mut InstrSeqBuilder<'_>, FunctionId)) -> bool {
        let mut module = Module::default();
        let import = module.types.add(&[], &[]);
        let (called, _) = module.add_import_func("env", "called", import);
        let mut function = FunctionBuilder::new(&mut module.types, &[], &[]);
        write(&mut function.func_body(), called);
        let function = function.finish(Vec::new(), &mut module.funcs);
        become_traps(&mut module);
        let function = module.funcs.get(function).kind.unwrap_local();
        matches!(function.block(function.entry_block()).instrs.as_slice(), [(Instr::Unreachable(_), _)])
    }

    #[test]
    fn what_only_panics_traps_at_once() {
        assert!(traps_at_once(|body, message| {
            body.call(message).unreachable();
        }));
        assert!(traps_at_once(|body, message| {
            body.block(None, |block| {
                let end_of_block = block.id();
                block.i32_const(1).br_if(end_of_block).call(message).unreachable();
            });
            body.call(message).unreachable();
        }));
    }

    #[test]
    fn what_can_return_stays() {
        assert!(!traps_at_once(|body, called| {
            body.call(called);
        }));
        assert!(!traps_at_once(|body, panic| {
            body.block(None, |block| {
                block.return_();
            });
            body.call(panic).unreachable();
        }));
        assert!(!traps_at_once(|body, panic| {
            let end = body.id();
            body.block(None, |block| {
                block.i32_const(1).br_if(end);
            });
            body.call(panic).unreachable();
        }));
        assert!(!traps_at_once(|body, panic| {
            let end = body.id();
            body.block(None, |block| {
                let end_of_block = block.id();
                block.i32_const(1).br_table([end].into(), end_of_block);
            });
            body.call(panic).unreachable();
        }));
    }

    #[test]
    fn a_message_is_not_put_together() {
        let mut module = Module::default();
        let mut panic = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[]);
        panic.func_body().unreachable();
        let argument = module.locals.add(ValType::I32);
        let panic = panic.finish(vec![argument], &mut module.funcs);
        let import = module.types.add(&[], &[]);
        let (called, _) = module.add_import_func("env", "called", import);
        let mut function = FunctionBuilder::new(&mut module.types, &[], &[]);
        function.func_body().call(called).i32_const(1_024).call(panic).unreachable();
        function.func_body().block(None, |block| {
            block.i32_const(1).drop();
        });
        let function = function.finish(Vec::new(), &mut module.funcs);
        // Returns, as far as its last instruction tells.
        become_traps(&mut module);
        let function = module.funcs.get(function).kind.unwrap_local();
        let instructions = &function.block(function.entry_block()).instrs;
        assert!(matches!(instructions.as_slice(), [(Instr::Call(_), _), (Instr::Unreachable(_), _)]));
    }

    /// A segment at 1024: a name, a `Location` in that file, and what only looks like one.
    #[test]
    fn locations_are_blank_and_nothing_else() {
        let name = b"src/lib.rs\0\0".as_slice();
        let words = |words: [u32; 4]| words.map(u32::to_le_bytes).concat();
        let text_and_numbers = words([1_024, 7, 1, 1]);
        let no_line = words([1_024, 10, 0, 1]);
        let elsewhere = words([9_999, 10, 1, 1]);
        let location = words([1_024, 10, 7, 5]);
        let others = [text_and_numbers, no_line, elsewhere].concat();

        let mut module = Module::default();
        let memory = module.memories.add_local(false, false, 1, None, None);
        let kind = DataKind::Active { memory, offset: ConstExpr::Value(Value::I32(1_024)) };
        let of_others = module.data.add(kind, [name, &others].concat());
        let kind = DataKind::Active { memory, offset: ConstExpr::Value(Value::I32(1_024)) };
        let of_location = module.data.add(kind, [name, &others, &location].concat());
        forget_places(&mut module);

        assert_eq!(module.data.get(of_others).value, [name, &others].concat());
        assert_eq!(module.data.get(of_location).value, [[0; 12].as_slice(), &others, &[0; 16]].concat());
    }
}
