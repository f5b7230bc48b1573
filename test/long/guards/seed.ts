/** Properties try the same cases for every change, so that what is found today is found tomorrow. */
import fc from 'fast-check';

fc.configureGlobal({ seed: 42 });
