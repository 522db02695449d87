/*
 * Fault points for kill -9: every entry to and every return from a wrapped function is a step, and a process can be
 * told to die at one of them.  For programs whose head comment says "wrap: NAME".
 */
#ifndef KILL_STEP_H
#define KILL_STEP_H

/* From now on, in this process: it is killed at the n-th step, counted from here; 0: never. */
void kill_step_at(long n);

/* One step; from any thread. */
void kill_step(void);

/* __wrap_NAME, which takes a step, calls NAME, takes another, and does then with what it returned: result. */
#define KILL_STEPS_THEN(ret, name, params, args, then)                                                                 \
	ret __real_##name params;                                                                                      \
	ret __wrap_##name params;                                                                                      \
	ret __wrap_##name params                                                                                       \
	{                                                                                                              \
		ret result;                                                                                            \
		kill_step();                                                                                           \
		result = __real_##name args;                                                                           \
		kill_step();                                                                                           \
		then;                                                                                                  \
		return result;                                                                                         \
	}
#define KILL_STEPS_AROUND(ret, name, params, args) KILL_STEPS_THEN(ret, name, params, args, (void)0)

#endif
