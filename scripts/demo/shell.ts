/** Shows commands and runs them, with their output going straight to the person. */
import { spawn } from 'node:child_process';

export interface Shell {
  /** Prints a remark. */
  say(text: string): void;
  /** Prints and runs a command; throws when it fails. */
  run(...command: string[]): Promise<void>;
  /** The same, giving the exit code back. */
  tryRun(...command: string[]): Promise<number>;
}

/** A shell that works in `cwd` with exactly this environment. */
export function openShell(cwd: string, env: Record<string, string>): Shell {
  const tryRun = async (...command: string[]): Promise<number> => {
    process.stdout.write(`$ ${command.map(quote).join(' ')}\n`);
    const code = await runToEnd(command, cwd, env);
    if (code !== 0) process.stdout.write(`# exit code ${code}\n`);
    return code;
  };
  return {
    say: (text) => void process.stdout.write(`\n# ${text}\n`),
    tryRun,
    run: async (...command) => {
      const code = await tryRun(...command);
      if (code !== 0) throw new Error(`${command.map(quote).join(' ')} ended with ${code}`);
    },
  };
}

function runToEnd([file, ...args]: string[], cwd: string, env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file!, args, { cwd, env, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** As a person would have to type it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
