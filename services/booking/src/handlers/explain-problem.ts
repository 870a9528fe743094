import { jsonRoute } from '@appointments/runtime';
import { problemBase } from '../adapters/settings';
import { explainProblem } from '../app/explain-problem';

export const handler = jsonRoute({ problemBase: problemBase() }, explainProblem({ problemBase: problemBase() }));
