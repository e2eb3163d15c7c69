import { config } from 'zod';

// zod would try to compile its parsers, which a page without 'unsafe-eval' reports as a violation. Imported first.
config({ jitless: true });
