;; The inner loops over text as bytes. machine.ts describes the functions and the memory that they share with the caller;
;; script_machine.ts does the same in JavaScript. `deno task kernel` translates this file to wasm_bytes.ts.
;;
;; Text is whole lines, each with its end: LF (10), CR (13) or CR LF. 16 bytes behind it must be readable.
(module
  (memory (export "memory") 1)
  ;; Slots of 4 bytes: the number of a word + 1, or 0 where free.
  (global $index (mut i32) (i32.const 0))
  (global $mask (mut i32) (i32.const 0))
  ;; 16 bytes for each word: hash, address and length.
  (global $entries (mut i32) (i32.const 0))
  ;; Where the next word will be copied to. Each word in the arena is followed by an LF.
  (global $arena (export "arena") (mut i32) (i32.const 0))
  (global $size (export "size") (mut i32) (i32.const 0))
  ;; How many occupied slots may still be looked at.
  (global $budget (mut i32) (i32.const 0))

  (func (export "init") (param $index i32) (param $slots i32) (param $entries i32) (param $arena i32)
    (memory.fill (local.get $index) (i32.const 0) (i32.shl (local.get $slots) (i32.const 2)))
    (global.set $index (local.get $index))
    (global.set $mask (i32.sub (local.get $slots) (i32.const 1)))
    (global.set $entries (local.get $entries))
    (global.set $arena (local.get $arena))
    (global.set $size (i32.const 0)))

  ;; The number of the word in [from, to), which is added if it is new. -1 once the budget is used up.
  (func $locate (param $from i32) (param $to i32) (result i32)
    (local $length i32) (local $at i32) (local $hash64 i64) (local $hash i32)
    (local $last i64) (local $last_mask i64) (local $slot i32) (local $entry i32) (local $address i32) (local $other i32)
    (local.set $length (i32.sub (local.get $to) (local.get $from)))
    (local.set $hash64 (i64.extend_i32_u (local.get $length)))
    (local.set $at (local.get $from))
    ;; Hash 8 bytes at a time, then those that are left.
    (block $rest (loop $eight
      (br_if $rest (i32.lt_s (i32.sub (local.get $to) (local.get $at)) (i32.const 8)))
      (local.set $hash64 (i64.mul
        (i64.xor (local.get $hash64) (i64.load align=1 (local.get $at)))
        (i64.const 0x9E3779B97F4A7C15)))
      (local.set $hash64 (i64.xor (local.get $hash64) (i64.shr_u (local.get $hash64) (i64.const 32))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br $eight)))
    (local.set $last_mask (i64.sub
      (i64.shl (i64.const 1) (i64.extend_i32_u (i32.shl (i32.sub (local.get $to) (local.get $at)) (i32.const 3))))
      (i64.const 1)))
    (local.set $last (i64.and (i64.load align=1 (local.get $at)) (local.get $last_mask)))
    (local.set $hash64 (i64.mul (i64.xor (local.get $hash64) (local.get $last)) (i64.const 0x9E3779B97F4A7C15)))
    (local.set $hash64 (i64.xor (local.get $hash64) (i64.shr_u (local.get $hash64) (i64.const 32))))
    (local.set $hash (i32.wrap_i64 (local.get $hash64)))
    (local.set $slot (i32.and (local.get $hash) (global.get $mask)))
    (block $absent (loop $probe
      (local.set $entry (i32.load (i32.add (global.get $index) (i32.shl (local.get $slot) (i32.const 2)))))
      (br_if $absent (i32.eqz (local.get $entry)))
      (local.set $address
        (i32.add (global.get $entries) (i32.shl (i32.sub (local.get $entry) (i32.const 1)) (i32.const 4))))
      (block $differs
        (br_if $differs (i32.ne (i32.load (local.get $address)) (local.get $hash)))
        (br_if $differs (i32.ne (i32.load offset=8 (local.get $address)) (local.get $length)))
        (local.set $other (i32.load offset=4 (local.get $address)))
        (local.set $at (local.get $from))
        (block $rest (loop $eight
          (br_if $rest (i32.lt_s (i32.sub (local.get $to) (local.get $at)) (i32.const 8)))
          (br_if $differs (i64.ne (i64.load align=1 (local.get $other)) (i64.load align=1 (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 8)))
          (local.set $other (i32.add (local.get $other) (i32.const 8)))
          (br $eight)))
        (br_if $differs
          (i64.ne (i64.and (i64.load align=1 (local.get $other)) (local.get $last_mask)) (local.get $last)))
        (return (i32.sub (local.get $entry) (i32.const 1))))
      (global.set $budget (i32.sub (global.get $budget) (i32.const 1)))
      (if (i32.lt_s (global.get $budget) (i32.const 0)) (then (return (i32.const -1))))
      (local.set $slot (i32.and (i32.add (local.get $slot) (i32.const 1)) (global.get $mask)))
      (br $probe)))
    ;; A new word.
    (local.set $entry (global.get $size))
    (i32.store
      (i32.add (global.get $index) (i32.shl (local.get $slot) (i32.const 2)))
      (i32.add (local.get $entry) (i32.const 1)))
    (local.set $address (i32.add (global.get $entries) (i32.shl (local.get $entry) (i32.const 4))))
    (i32.store (local.get $address) (local.get $hash))
    (i32.store offset=4 (local.get $address) (global.get $arena))
    (i32.store offset=8 (local.get $address) (local.get $length))
    (memory.copy (global.get $arena) (local.get $from) (local.get $length))
    (local.set $at (i32.add (global.get $arena) (local.get $length)))
    (i32.store8 (local.get $at) (i32.const 10))
    (global.set $arena (i32.add (local.get $at) (i32.const 1)))
    (global.set $size (i32.add (local.get $entry) (i32.const 1)))
    (local.get $entry))

  (func (export "tokens") (param $from i32) (param $end i32) (param $separator i32) (param $out i32) (param $budget i32)
    (result i32)
    (local $block i32) (local $bytes v128) (local $separators v128) (local $found i32) (local $at i32) (local $byte i32)
    (local $next i32) (local $number i32) (local $is_words i32) (local $is_after_cr i32)
    (global.set $budget (local.get $budget))
    (local.set $separators (i8x16.splat (local.get $separator)))
    (local.set $is_words (i32.lt_s (local.get $separator) (i32.const 0)))
    (local.set $next (local.get $out))
    (local.set $block (local.get $from))
    (block $done (loop $blocks
      (br_if $done (i32.ge_u (local.get $block) (local.get $end)))
      (local.set $bytes (v128.load align=1 (local.get $block)))
      (if (local.get $is_words)
        (then
          ;; Bytes 9 to 13, and 32.
          (local.set $found (i8x16.bitmask (v128.or
            (i8x16.lt_u
              (i8x16.sub (local.get $bytes) (i8x16.splat (i32.const 9)))
              (i8x16.splat (i32.const 5)))
            (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 32)))))))
        (else
          (local.set $found (i8x16.bitmask (v128.or
            (v128.or
              (i8x16.eq (local.get $bytes) (local.get $separators))
              (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 10))))
            (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 13))))))))
      ;; Ignore what lies behind the text.
      (if (i32.gt_u (i32.add (local.get $block) (i32.const 16)) (local.get $end))
        (then (local.set $found (i32.and
          (local.get $found)
          (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $end) (local.get $block))) (i32.const 1))))))
      (block $none (loop $each
        (br_if $none (i32.eqz (local.get $found)))
        (local.set $at (i32.add (local.get $block) (i32.ctz (local.get $found))))
        (local.set $found (i32.and (local.get $found) (i32.sub (local.get $found) (i32.const 1))))
        (local.set $byte (i32.load8_u (local.get $at)))
        ;; Words are never empty. In lines, the LF of a CR LF ends nothing.
        (if (i32.eqz (i32.and
              (i32.eq (local.get $at) (local.get $from))
              (i32.or
                (local.get $is_words)
                (i32.and (local.get $is_after_cr) (i32.eq (local.get $byte) (i32.const 10))))))
          (then
            (local.set $number (call $locate (local.get $from) (local.get $at)))
            (if (i32.lt_s (local.get $number) (i32.const 0)) (then (return (i32.const -1))))
            (i32.store (local.get $next) (local.get $number))
            (local.set $next (i32.add (local.get $next) (i32.const 4)))))
        (local.set $is_after_cr (i32.eq (local.get $byte) (i32.const 13)))
        (local.set $from (i32.add (local.get $at) (i32.const 1)))
        (br $each)))
      (local.set $block (i32.add (local.get $block) (i32.const 16)))
      (br $blocks)))
    (i32.shr_u (i32.sub (local.get $next) (local.get $out)) (i32.const 2)))

  ;; The first place in [at, end) of the bytes in [wanted, wanted + length), or end. Compares 16 places at a time, by the
  ;; first and the last byte, and goes over 64 places at a time as long as none of them can be the one. There it compares the
  ;; middle byte as well. Otherwise one such step in ten would find a candidate that is none, in text of letters.
  (func $find (param $at i32) (param $end i32) (param $wanted i32) (param $length i32) (result i32)
    (local $first v128) (local $middle v128) (local $last v128) (local $found i32) (local $place i32) (local $limit i32)
    (local $half i32) (local $offset i32) (local $within i32) (local $behind i32) (local $until i32)
    (local.set $offset (i32.sub (local.get $length) (i32.const 1)))
    (local.set $half (i32.shr_u (local.get $length) (i32.const 1)))
    (local.set $first (i8x16.splat (i32.load8_u (local.get $wanted))))
    (local.set $middle (i8x16.splat (i32.load8_u (i32.add (local.get $wanted) (local.get $half)))))
    (local.set $last (i8x16.splat (i32.load8_u (i32.add (local.get $wanted) (local.get $offset)))))
    (local.set $limit (i32.sub (local.get $end) (local.get $length)))
    (block $none (loop $next
      (block $some (loop $skip
        (br_if $some (i32.gt_s (i32.add (local.get $at) (i32.const 63)) (local.get $limit)))
        (local.set $within (i32.add (local.get $at) (local.get $half)))
        (local.set $behind (i32.add (local.get $at) (local.get $offset)))
        (br_if $some (v128.any_true (v128.or
          (v128.or
            (v128.and
              (v128.and
                (i8x16.eq (v128.load align=1 (local.get $at)) (local.get $first))
                (i8x16.eq (v128.load align=1 (local.get $behind)) (local.get $last)))
              (i8x16.eq (v128.load align=1 (local.get $within)) (local.get $middle)))
            (v128.and
              (v128.and
                (i8x16.eq (v128.load offset=16 align=1 (local.get $at)) (local.get $first))
                (i8x16.eq (v128.load offset=16 align=1 (local.get $behind)) (local.get $last)))
              (i8x16.eq (v128.load offset=16 align=1 (local.get $within)) (local.get $middle))))
          (v128.or
            (v128.and
              (v128.and
                (i8x16.eq (v128.load offset=32 align=1 (local.get $at)) (local.get $first))
                (i8x16.eq (v128.load offset=32 align=1 (local.get $behind)) (local.get $last)))
              (i8x16.eq (v128.load offset=32 align=1 (local.get $within)) (local.get $middle)))
            (v128.and
              (v128.and
                (i8x16.eq (v128.load offset=48 align=1 (local.get $at)) (local.get $first))
                (i8x16.eq (v128.load offset=48 align=1 (local.get $behind)) (local.get $last)))
              (i8x16.eq (v128.load offset=48 align=1 (local.get $within)) (local.get $middle)))))))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br $skip)))
      (local.set $until (i32.add (local.get $at) (i32.const 64)))
      (loop $blocks
        (br_if $none (i32.gt_s (local.get $at) (local.get $limit)))
        (local.set $found (i8x16.bitmask (v128.and
          (i8x16.eq (v128.load align=1 (local.get $at)) (local.get $first))
          (i8x16.eq (v128.load align=1 (i32.add (local.get $at) (local.get $offset))) (local.get $last)))))
        (block $no_more (loop $each
          (br_if $no_more (i32.eqz (local.get $found)))
          (local.set $place (i32.add (local.get $at) (i32.ctz (local.get $found))))
          (local.set $found (i32.and (local.get $found) (i32.sub (local.get $found) (i32.const 1))))
          (br_if $none (i32.gt_s (local.get $place) (local.get $limit)))
          (if (call $same (local.get $place) (local.get $wanted) (local.get $length)) (then (return (local.get $place))))
          (br $each)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $blocks (i32.lt_s (local.get $at) (local.get $until))))
      (br $next)))
    (local.get $end))

  ;; Whether the bytes at two places are the same.
  (func $same (param $a i32) (param $b i32) (param $length i32) (result i32)
    (local $i i32)
    (loop $each
      (if (i32.ge_s (local.get $i) (local.get $length)) (then (return (i32.const 1))))
      (if (i32.ne
            (i32.load8_u (i32.add (local.get $a) (local.get $i)))
            (i32.load8_u (i32.add (local.get $b) (local.get $i))))
        (then (return (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $each))
    (unreachable))

  ;; Where the line of a place in it starts, not before from.
  (func $line_start (param $from i32) (param $at i32) (result i32)
    (local $byte i32)
    (block $found (loop $back
      (br_if $found (i32.le_s (local.get $at) (local.get $from)))
      (local.set $byte (i32.load8_u (i32.sub (local.get $at) (i32.const 1))))
      (br_if $found (i32.eq (local.get $byte) (i32.const 10)))
      (br_if $found (i32.eq (local.get $byte) (i32.const 13)))
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (br $back)))
    (local.get $at))

  ;; The first line end at or after a place. There must be one.
  (func $line_end (param $at i32) (result i32)
    (local $bytes v128) (local $found i32)
    (loop $blocks
      (local.set $bytes (v128.load align=1 (local.get $at)))
      (local.set $found (i8x16.bitmask (v128.or
        (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 10)))
        (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 13))))))
      (if (local.get $found) (then (return (i32.add (local.get $at) (i32.ctz (local.get $found))))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $blocks))
    (unreachable))

  ;; Copies whole lines to a place before them, and returns where the copy ends. CRs at the end become LFs: the last one could
  ;; form one line end with what follows, or with the one before if it were an LF alone.
  (func $move (param $to i32) (param $from i32) (param $end i32) (result i32)
    (local $length i32) (local $at i32)
    (local.set $length (i32.sub (local.get $end) (local.get $from)))
    (if (i32.ne (local.get $to) (local.get $from))
      (then (memory.copy (local.get $to) (local.get $from) (local.get $length))))
    (local.set $end (i32.add (local.get $to) (local.get $length)))
    (local.set $at (local.get $end))
    (block $done (loop $back
      (br_if $done (i32.le_s (local.get $at) (local.get $to)))
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (br_if $done (i32.ne (i32.load8_u (local.get $at)) (i32.const 13)))
      (i32.store8 (local.get $at) (i32.const 10))
      (br $back)))
    (local.get $end))

  (func (export "select") (param $from i32) (param $end i32) (param $wanted i32) (param $length i32) (param $where i32)
    (param $is_negated i32) (result i32)
    (local $out i32) (local $place i32) (local $start i32) (local $stop i32) (local $after i32) (local $is_found i32)
    (local.set $out (local.get $from))
    (block $done (loop $next
      (local.set $place
        (call $find (local.get $from) (local.get $end) (local.get $wanted) (local.get $length)))
      (local.set $start
        (if (result i32) (i32.eq (local.get $place) (local.get $end))
          (then (local.get $end))
          (else (call $line_start (local.get $from) (local.get $place)))))
      (if (local.get $is_negated)
        (then (local.set $out (call $move (local.get $out) (local.get $from) (local.get $start)))))
      (br_if $done (i32.eq (local.get $place) (local.get $end)))
      (local.set $stop (call $line_end (i32.add (local.get $place) (local.get $length))))
      (local.set $after (i32.add (local.get $stop) (i32.const 1)))
      (if (i32.and
            (i32.lt_s (local.get $after) (local.get $end))
            (i32.and
              (i32.eq (i32.load8_u (local.get $stop)) (i32.const 13))
              (i32.eq (i32.load8_u (local.get $after)) (i32.const 10))))
        (then (local.set $after (i32.add (local.get $after) (i32.const 1)))))
      (local.set $is_found (i32.const 1))
      (if (i32.eq (local.get $where) (i32.const 1))
        (then (local.set $is_found (i32.eq (local.get $place) (local.get $start)))))
      (if (i32.eq (local.get $where) (i32.const 2))
        (then (local.set $is_found (call $same
          (i32.sub (local.get $stop) (local.get $length)) (local.get $wanted) (local.get $length)))))
      (if (i32.ne (local.get $is_found) (local.get $is_negated))
        (then (local.set $out (call $move (local.get $out) (local.get $start) (local.get $after)))))
      (local.set $from (local.get $after))
      (br $next)))
    (local.get $out))

  (func (export "lineEnds") (param $at i32) (param $end i32) (result i32)
    (local $bytes v128) (local $count i32) (local $valid i32) (local $crs i32) (local $lfs i32)
    (local.set $valid (i32.const 0xffff))
    (block $done (loop $blocks
      (br_if $done (i32.ge_s (local.get $at) (local.get $end)))
      (if (i32.gt_s (i32.add (local.get $at) (i32.const 16)) (local.get $end))
        (then (local.set $valid
          (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $end) (local.get $at))) (i32.const 1)))))
      (local.set $bytes (v128.load align=1 (local.get $at)))
      (local.set $lfs (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 10)))))
      (local.set $crs (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 13)))))
      (local.set $count (i32.add (local.get $count) (i32.popcnt (i32.and (local.get $lfs) (local.get $valid)))))
      (if (local.get $crs)
        (then
          ;; A CR ends a line of its own unless an LF follows.
          (local.set $lfs (i8x16.bitmask (i8x16.eq
            (v128.load offset=1 align=1 (local.get $at))
            (i8x16.splat (i32.const 10)))))
          (local.set $count (i32.add (local.get $count) (i32.popcnt (i32.and
            (i32.and (local.get $crs) (local.get $valid))
            (i32.xor (local.get $lfs) (i32.const -1))))))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $blocks)))
    (local.get $count))
)
