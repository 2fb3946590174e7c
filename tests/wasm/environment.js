// Linked in front of the test program: it sees this process's environment, as a native one would.
Module.preRun = [() => Object.assign(ENV, process.env)];
