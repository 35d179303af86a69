;; The arithmetic of image rows in single precision, a pixel at once: what row-kernel.ts holds as bytes. To make them anew:
;;   npx --package wabt@1.0.39 wat2wasm --output=- packages/runtime/src/images/row-kernel.wat | base64 --wrap=0
;; A pixel is read as four bytes and written as four floats. The fourth belongs to the next pixel, which writes it again.
(module
  (memory (export "memory") 16)

  (func $pixel (param $at i32) (result v128)
    (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u
      (v128.load32_zero (local.get $at))))))

  ;; from + (to - from) * share, rounded at each step
  (func $between (param $from v128) (param $to v128) (param $share v128) (result v128)
    (f32x4.add (local.get $from)
      (f32x4.mul (f32x4.sub (local.get $to) (local.get $from)) (local.get $share))))

  ;; $lower, $upper and $across are lists of $count: offsets of two pixels into a row of bytes, and the share of the second.
  (func (export "sampleRow")
    (param $above i32) (param $below i32) (param $down f32)
    (param $lower i32) (param $upper i32) (param $across i32) (param $count i32) (param $row i32)
    (local $end i32) (local $west i32) (local $east i32) (local $share v128) (local $shareDown v128)
    (local.set $shareDown (f32x4.splat (local.get $down)))
    (local.set $end (i32.add (local.get $lower) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $lower) (local.get $end)))
        (local.set $west (i32.load (local.get $lower)))
        (local.set $east (i32.load (local.get $upper)))
        (local.set $share (v128.load32_splat (local.get $across)))
        (v128.store (local.get $row)
          (call $between
            (call $between
              (call $pixel (i32.add (local.get $above) (local.get $west)))
              (call $pixel (i32.add (local.get $above) (local.get $east)))
              (local.get $share))
            (call $between
              (call $pixel (i32.add (local.get $below) (local.get $west)))
              (call $pixel (i32.add (local.get $below) (local.get $east)))
              (local.get $share))
            (local.get $shareDown)))
        (local.set $lower (i32.add (local.get $lower) (i32.const 4)))
        (local.set $upper (i32.add (local.get $upper) (i32.const 4)))
        (local.set $across (i32.add (local.get $across) (i32.const 4)))
        (local.set $row (i32.add (local.get $row) (i32.const 12)))
        (br $next))))

  ;; (level - mean) * factor in place, four pixels at once: $means and $factors are twelve floats each.
  (func (export "normalizeRow") (param $row i32) (param $end i32) (param $means i32) (param $factors i32)
    (local $column i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $row) (local.get $end)))
        (v128.store (local.get $row)
          (f32x4.mul
            (f32x4.sub
              (v128.load (local.get $row))
              (v128.load (i32.add (local.get $means) (local.get $column))))
            (v128.load (i32.add (local.get $factors) (local.get $column)))))
        (local.set $row (i32.add (local.get $row) (i32.const 16)))
        (local.set $column (i32.add (local.get $column) (i32.const 16)))
        (if (i32.eq (local.get $column) (i32.const 48)) (then (local.set $column (i32.const 0))))
        (br $next)))))
