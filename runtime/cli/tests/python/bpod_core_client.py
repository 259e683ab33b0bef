"""bpod-core, unmodified, runs trials on the board whose ports are argv[2:]; argv[1] is the USB product id.

A pseudo-terminal has no USB identity, by which the library looks for boards; the list of ports says what it would be.
"""
import json, os, sys

product, paths = int(sys.argv[1], 16), [os.path.realpath(path) for path in sys.argv[2:]]
from serial.tools.list_ports_common import ListPortInfo


def port(path):
    info = ListPortInfo(path)
    info.vid, info.pid, info.serial_number, info.hwid = 0x16C0, product, "12345678", "USB"
    return info


import bpod_core.com

bpod_core.com.comports = lambda *_, **__: [port(path) for path in paths]
from bpod_core.bpod import Bpod
from bpod_core.fsm import StateMachine

soft_codes = []
bpod = Bpod()
bpod.set_softcode_handler(soft_codes.append)
found = {
    "firmware": list(bpod.version.firmware),
    "machine": bpod.version.machine,
    "inputs": bpod._hardware.input_description.decode(),
    "outputs": bpod._hardware.output_description.decode(),
    "limits": [
        bpod._hardware.max_states,
        bpod._hardware.n_global_timers,
        bpod._hardware.n_global_counters,
        bpod._hardware.n_conditions,
    ],
    "trials": [],
}

two = StateMachine()
two.add_state("wait", timer=1, transitions={"Port1_High": "reward", "Tup": ">exit"}, actions={"PWM1": 128})
two.add_state("reward", timer=0.05, transitions={"Tup": ">exit"}, actions={"Valve1": 1})

three = StateMachine()
three.add_state("s0", timer=0.05, transitions={"Tup": "s1"}, actions={"TTLOut1": 1, "PWM1": 255})
three.add_state("s1", timer=0.1, transitions={"Port1_High": ">exit", "Tup": "s2"}, actions={"Valve1": 1, "SoftCode": 2})
three.add_state("s2", timer=0, transitions={"Tup": ">exit"})

rich = StateMachine()
rich.set_global_timer(0, duration=0.03, onset_delay=0.01, channel="PWM2", value_on=200)
rich.set_global_counter(0, event="Port1_High", threshold=2)
rich.set_condition(0, channel="Port1", value=1)
rich.add_state("go", transitions={"GlobalCounter0_End": "seen"}, actions={"GlobalTimerTrig": 0, "GlobalCounterReset": 0})
rich.add_state("seen", timer=0.1, transitions={"Condition0": "last", "Tup": ">exit"})
rich.add_state("last", timer=0.5, transitions={"GlobalTimer0_End": ">exit", "Tup": "go"}, actions={"SoftCode": 6})

# The second and third are uploaded while the one before them runs.
for machine in (two, three, rich):
    bpod.run(machine)
bpod.wait()
data = bpod.get_data()
epoch = None
for row in data.iter_rows(named=True):
    if row["Type"] == "TrialStart" or not found["trials"] or row["Trial"] != found["trials"][-1]["trial"]:
        found["trials"].append({"trial": row["Trial"], "start": row["Time"], "events": [], "states": []})
    trial = found["trials"][-1]
    at = round((row["Time"] - trial["start"]).total_seconds() * 10000)
    if row["Type"] == "InputEvent":
        trial["events"].append([row["Event"], at])
    elif row["Type"] == "StateStart":
        trial["states"].append([row["State"], at])
for trial in found["trials"]:
    del trial["start"]
found["soft_codes"] = soft_codes
bpod.close()
json.dump(found, sys.stdout)
