/** What the caller learns of a defect; what it was stands in the log alone. */
export const INTERNAL = 'An unexpected internal error occurred. Check the logs for more info.';
