"""pybpod-api, unmodified, runs trials on the board at argv[1]; argv[2] is a folder of its own."""
import json, math, os, sys

port, folder = sys.argv[1:]
with open(os.path.join(folder, "user_settings.py"), "w") as settings:
    settings.write(
        f"PYBPOD_SERIAL_PORT = {port!r}\nPYBPOD_SESSION_PATH = {folder!r}\nPYBPOD_SESSION = 'session'\n"
        "PYBPOD_API_STREAM2STDOUT = False\n"
    )
sys.path.insert(0, folder)
from pybpodapi.protocol import Bpod, StateMachine

soft_codes = []


class Listening(Bpod):
    def softcode_handler_function(self, data):
        soft_codes.append(data)


bpod = Listening()
hardware = bpod.hardware
found = {
    "firmware": hardware.firmware_version,
    "machine": hardware.machine_type,
    "inputs": "".join(hardware.inputs),
    "outputs": "".join(hardware.outputs),
    "limits": [hardware.max_states, hardware.n_global_timers, hardware.n_global_counters, hardware.n_conditions],
    "trials": [],
}


def run(machine):
    bpod.send_state_machine(machine)
    assert bpod.run_state_machine(machine)
    trial = bpod.session.current_trial
    events = [[event.event_name, round(event.host_timestamp * 10000)] for event in trial.events_occurrences]
    lasted = trial.trial_end_timestamp - trial.trial_start_timestamp
    cycles = lambda spans: [[round(at * 10000) for at in span] for span in spans]
    states = trial.states_durations.items()
    visited = {name: cycles(spans) for name, spans in states if not math.isnan(spans[0][0])}
    found["trials"].append({"events": events, "states": visited, "lasted": lasted})


machine = StateMachine(bpod)
machine.add_state("wait", 1, {"Port1In": "reward", "Tup": "exit"}, [("PWM1", 128)])
machine.add_state("reward", 0.05, {"Tup": "exit"}, [("Valve1", 1)])
run(machine)

machine = StateMachine(bpod)
machine.add_state("s0", 0.05, {"Tup": "s1"}, [("BNC1", 1), ("PWM1", 255)])
machine.add_state("s1", 0.1, {"Port1In": "exit", "Tup": "s2"}, [("Valve1", 1), ("SoftCode", 3)])
machine.add_state("s2", 0, {"Tup": "exit"})
run(machine)

bpod.load_serial_message(1, 5, [80, 2, 3])
machine = StateMachine(bpod)
machine.set_global_timer(timer_id=1, timer_duration=0.03, on_set_delay=0.01, channel="PWM2", on_message=200)
machine.set_global_counter(1, "Port1In", 2)
machine.set_condition(1, "Port1", 1)
machine.add_state("go", 0, {"GlobalCounter1_End": "seen"}, [("GlobalTimerTrig", 1), ("PWM1", 10)])
machine.add_state("seen", 0.1, {"Condition1": "last", "Tup": "exit"})
machine.add_state("last", 0.5, {"GlobalTimer1_End": "exit", "Tup": "exit"}, [("Serial1", 5), ("SoftCode", 7)])
run(machine)

found["soft_codes"] = soft_codes
bpod.close()
json.dump(found, sys.stdout)
