/**
 * ONNX Runtime's library sends usage data to its maker unless this variable is set when the library is loaded, so
 * this module is imported before it. Nothing leaves the machine unasked.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
