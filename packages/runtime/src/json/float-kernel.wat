;; Reads numbers of JSON that are separated by commas: what float-kernel.ts holds as bytes. To make them anew:
;;   npx --package wabt@1.0.39 wat2wasm --output=- packages/runtime/src/json/float-kernel.wat | base64 --wrap=0
;; It reads the usual ones, of at most 18 digits and without an exponent, and stops before any other. The text ends with
;; eight bytes that are NUL, so that eight can be read at once anywhere in it.
(module
  (memory (export "memory") 3)

  ;; Which of eight characters are no digits, once they are read as numbers: the highest bit of each of their bytes.
  ;; A carry can only change bytes behind the first of these.
  (func $others (param $digits i64) (result i64)
    (i64.and
      (i64.or (local.get $digits) (i64.add (local.get $digits) (i64.const 0x7676767676767676)))
      (i64.const 0x8080808080808080)))

  ;; The number that eight digits are, each a byte, the first the lowest. They are added up in pairs, pairs in fours, and
  ;; fours in eights: each multiplication moves all of a kind to their place.
  (func $join (param $digits i64) (result i64)
    (local.set $digits (i64.add
      (i64.mul (local.get $digits) (i64.const 10))
      (i64.shr_u (local.get $digits) (i64.const 8))))
    (i64.shr_u
      (i64.add
        (i64.mul (i64.and (local.get $digits) (i64.const 0x000000ff000000ff)) (i64.const 0x000f424000000064))
        (i64.mul
          (i64.and (i64.shr_u (local.get $digits) (i64.const 16)) (i64.const 0x000000ff000000ff))
          (i64.const 0x0000271000000001)))
      (i64.const 32)))

  ;; Behind the digits at $at, and $value with these digits appended: as a whole number, or below zero if it has over 18.
  ;; That eight are digits is foretold well, so that what comes behind need not wait for them.
  (func $append (param $at i32) (param $value i64) (result i32 i64)
    (local $digits i64) (local $others i64) (local $count i32) (local $empty i64)
    (block $last
      (loop $eight
        (local.set $digits (i64.xor (i64.load (local.get $at)) (i64.const 0x3030303030303030)))
        (local.set $others (call $others (local.get $digits)))
        (br_if $last (i64.ne (local.get $others) (i64.const 0)))
        (if (i64.gt_s (local.get $value) (i64.const 9999999999))
          (then (return (local.get $at) (i64.const -1))))
        (local.set $value (i64.add
          (i64.mul (local.get $value) (i64.const 100000000))
          (call $join (local.get $digits))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $eight)))
    (local.set $count (i32.wrap_i64 (i64.shr_u (i64.ctz (local.get $others)) (i64.const 3))))
    (if (i64.gt_s (local.get $value) (i64.load offset=72 (i32.shl (local.get $count) (i32.const 3))))
      (then (return (local.get $at) (i64.const -1))))
    ;; Half of the bits that are no digits, twice: a shift by 64 would be none. Noughts come in from the front.
    (local.set $empty (i64.extend_i32_u (i32.sub (i32.const 32) (i32.shl (local.get $count) (i32.const 2)))))
    (i32.add (local.get $at) (local.get $count))
    (i64.add
      (i64.mul (local.get $value) (i64.load offset=8 (i32.shl (local.get $count) (i32.const 3))))
      (call $join (i64.shl (i64.shl (local.get $digits) (local.get $empty)) (local.get $empty)))))

  ;; What rounding took from $product = $a * $b, exactly, as in decimal.ts.
  (func $productError (param $a f64) (param $b f64) (param $product f64) (result f64)
    (local $aHigh f64) (local $aLow f64) (local $bHigh f64) (local $bLow f64)
    (local.set $aHigh (f64.mul (local.get $a) (f64.const 134217729)))
    (local.set $aHigh (f64.sub (local.get $aHigh) (f64.sub (local.get $aHigh) (local.get $a))))
    (local.set $aLow (f64.sub (local.get $a) (local.get $aHigh)))
    (local.set $bHigh (f64.mul (local.get $b) (f64.const 134217729)))
    (local.set $bHigh (f64.sub (local.get $bHigh) (f64.sub (local.get $bHigh) (local.get $b))))
    (local.set $bLow (f64.sub (local.get $b) (local.get $bHigh)))
    (f64.sub
      (f64.mul (local.get $aLow) (local.get $bLow))
      (f64.sub
        (f64.sub
          (f64.sub (local.get $product) (f64.mul (local.get $aHigh) (local.get $bHigh)))
          (f64.mul (local.get $aLow) (local.get $bHigh)))
        (f64.mul (local.get $aHigh) (local.get $bLow)))))

  ;; The double nearest to $value / $scale, for whole numbers that no double holds; NaN if that is not certain.
  (func $longQuotient (param $value i64) (param $scale f64) (result f64)
    (local $head f64) (local $quotient f64) (local $back f64) (local $correction f64) (local $nearest f64)
    (local.set $head (f64.convert_i64_s (local.get $value)))
    (local.set $quotient (f64.div (local.get $head) (local.get $scale)))
    (local.set $back (f64.mul (local.get $quotient) (local.get $scale)))
    (local.set $correction (f64.div
      (f64.add
        (f64.sub
          (f64.sub (local.get $head) (local.get $back))
          (call $productError (local.get $quotient) (local.get $scale) (local.get $back)))
        (f64.convert_i64_s (i64.sub (local.get $value) (i64.trunc_f64_s (local.get $head)))))
      (local.get $scale)))
    (local.set $nearest (f64.add (local.get $quotient)
      (f64.mul (local.get $correction) (f64.sub (f64.const 1) (f64.const 0x1p-40)))))
    (select (local.get $nearest) (f64.const nan)
      (f64.eq (local.get $nearest) (f64.add (local.get $quotient)
        (f64.mul (local.get $correction) (f64.add (f64.const 1) (f64.const 0x1p-40)))))))

  ;; The number of $places digits behind its point: a double, or one that rounds to the same single; NaN if not certain.
  (func $scaled (param $value i64) (param $places i32) (param $isWide i32) (result f64)
    (local $scale f64) (local $quotient f64)
    (local.set $scale (f64.load offset=136 (i32.shl (local.get $places) (i32.const 3))))
    (local.set $quotient (f64.div (f64.convert_i64_s (local.get $value)) (local.get $scale)))
    (if (i64.lt_s (local.get $value) (i64.const 0x20000000000000)) (then (return (local.get $quotient))))
    (if (local.get $isWide) (then (return (call $longQuotient (local.get $value) (local.get $scale)))))
    ;; More than both roundings took.
    (select (local.get $quotient) (f64.const nan)
      (f32.eq
        (f32.demote_f64 (f64.mul (local.get $quotient) (f64.sub (f64.const 1) (f64.const 0x1p-49))))
        (f32.demote_f64 (f64.mul (local.get $quotient) (f64.add (f64.const 1) (f64.const 0x1p-49)))))))

  ;; Reads at most $most numbers at $at into $out, as doubles if $isWide is 1 and as singles if it is 0, and returns how
  ;; many. The word at 0 is then where it stopped. That at 4 is 1 if this is behind a number that ends the row or is the
  ;; last that was wanted; else it is 0, and another number begins there, or what is none.
  (func (export "readNumbers")
    (param $at i32) (param $out i32) (param $most i32) (param $isWide i32) (result i32)
    (local $count i32) (local $step i32) (local $next i32) (local $byte i32) (local $start i32) (local $fraction i32)
    (local $behind i32) (local $places i32) (local $zeros i32) (local $pairs i64) (local $isMinus i32)
    (local $value i64) (local $number f64)
    (local.set $step (i32.add (i32.const 2) (local.get $isWide)))
    (block $stop
      (loop $number
        ;; Most of a drawing, of a one-hot row, or of a table of flags: up to four times a nought and its comma. That there
        ;; are four is foretold well, too.
        (if (i32.gt_u (i32.sub (local.get $most) (local.get $count)) (i32.const 4))
          (then
            (local.set $pairs (i64.xor (i64.load (local.get $at)) (i64.const 0x2c302c302c302c30)))
            (if (i64.eqz (i64.and (local.get $pairs) (i64.const 0xffff)))
              (then
                (v128.store (local.get $out) (v128.const i64x2 0 0))
                (v128.store offset=16 (local.get $out) (v128.const i64x2 0 0))
                (local.set $zeros (i32.const 4))
                (if (i64.ne (local.get $pairs) (i64.const 0))
                  (then
                    (local.set $zeros (i32.wrap_i64 (i64.shr_u (i64.ctz (local.get $pairs)) (i64.const 4))))))
                (local.set $out (i32.add (local.get $out) (i32.shl (local.get $zeros) (local.get $step))))
                (local.set $count (i32.add (local.get $count) (local.get $zeros)))
                (local.set $at (i32.add (local.get $at) (i32.shl (local.get $zeros) (i32.const 1))))
                (br $number)))))

        (loop $blank
          (local.set $byte (i32.load8_u (local.get $at)))
          (if (i32.le_u (local.get $byte) (i32.const 32))
            (then
              ;; Bits 9, 10, 13 and 32: tab, line feed, carriage return, space.
              (if (i64.ne
                    (i64.and
                      (i64.shr_u (i64.const 0x100002600) (i64.extend_i32_u (local.get $byte)))
                      (i64.const 1))
                    (i64.const 0))
                (then
                  (local.set $at (i32.add (local.get $at) (i32.const 1)))
                  (br $blank))))))

        (local.set $start (local.get $at))
        (local.set $isMinus (i32.eq (local.get $byte) (i32.const 45)))
        (if (local.get $isMinus)
          (then
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (local.set $byte (i32.load8_u (local.get $at)))))
        (if (i32.eq (i32.load8_u offset=1 (local.get $at)) (i32.const 46))
          (then
            (local.set $value (i64.extend_i32_u (i32.sub (local.get $byte) (i32.const 48))))
            (local.set $next (i32.add (local.get $at) (i32.const 1)))
            (br_if $stop (i64.gt_u (local.get $value) (i64.const 9))))
          (else
            (call $append (local.get $at) (i64.const 0))
            (local.set $value)
            (local.set $next)
            (br_if $stop (i32.eq (local.get $next) (local.get $at)))
            (br_if $stop (i32.and
              (i32.gt_u (i32.sub (local.get $next) (local.get $at)) (i32.const 1))
              (i32.eq (local.get $byte) (i32.const 48))))
            (br_if $stop (i64.lt_s (local.get $value) (i64.const 0)))))
        (local.set $places (i32.const 0))
        (if (i32.eq (i32.load8_u (local.get $next)) (i32.const 46))
          (then
            (local.set $fraction (i32.add (local.get $next) (i32.const 1)))
            (call $append (local.get $fraction) (local.get $value))
            (local.set $value)
            (local.set $next)
            (local.set $places (i32.sub (local.get $next) (local.get $fraction)))
            (br_if $stop (i32.eqz (local.get $places)))
            (br_if $stop (i32.gt_u (local.get $places) (i32.const 22)))
            (br_if $stop (i64.lt_s (local.get $value) (i64.const 0)))))
        (local.set $behind (i32.load8_u (local.get $next)))
        (br_if $stop (i32.and
          (i32.ne (local.get $behind) (i32.const 44))
          (i32.ne (local.get $behind) (i32.const 93))))
        (local.set $number (call $scaled (local.get $value) (local.get $places) (local.get $isWide)))
        (br_if $stop (f64.ne (local.get $number) (local.get $number)))
        (if (local.get $isMinus)
          (then (local.set $number (f64.neg (local.get $number)))))
        (if (local.get $isWide)
          (then (f64.store (local.get $out) (local.get $number)))
          (else (f32.store (local.get $out) (f32.demote_f64 (local.get $number)))))
        (local.set $out (i32.add (local.get $out) (i32.shl (i32.const 1) (local.get $step))))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (if (i32.or
              (i32.eq (local.get $behind) (i32.const 93))
              (i32.eq (local.get $count) (local.get $most)))
          (then
            (i32.store (i32.const 0) (local.get $next))
            (i32.store (i32.const 4) (i32.const 1))
            (return (local.get $count))))
        (local.set $at (i32.add (local.get $next) (i32.const 1)))
        (br $number)))
    (i32.store (i32.const 0) (local.get $start))
    (i32.store (i32.const 4) (i32.const 0))
    (local.get $count)))
