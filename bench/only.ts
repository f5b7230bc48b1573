import { benchDiff } from './diff.ts';
benchDiff((l) => console.log(l));
