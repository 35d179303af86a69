import os
import signal
import time

from tests.worker import WorkerTest

EXECUTE = """
    import os, sys, threading, time, ctypes
    def init(): pass
    def run(data):
        scope = dict(globals())
        exec(data, scope)
        return scope.get("result", "fine")
"""


class Harm(WorkerTest):
    def setUp(self) -> None:
        self.worker = self.serve(EXECUTE)

    def test_exit_without_goodbye(self) -> None:
        self.assertIsNone(self.worker.request(b"print('last words'); os._exit(7)"))
        self.assertEqual(self.worker.wait(), 7)
        self.assertEqual(self.worker.log_text(), "last words\n")

    def test_crash_leaves_a_traceback(self) -> None:
        self.assertIsNone(self.worker.request(b"ctypes.string_at(0)"))
        self.assertEqual(self.worker.wait(), -signal.SIGSEGV)
        self.assertIn("Segmentation fault", self.worker.descriptor_text())
        self.assertIn("score.py", self.worker.descriptor_text())

    def test_forked_process_does_not_answer(self) -> None:
        rows = [
            "pid = os.fork()",
            "pid = os.fork()\nif pid == 0: raise ValueError()",
            "pid = os.fork()\nif pid == 0: sys.exit()",
        ]
        for code in rows:
            with self.subTest(code):
                parent = "\nif pid: result = os.WEXITSTATUS(os.waitpid(pid, 0)[1])"
                answer = self.worker.request((code + parent).encode())
                self.assertEqual((answer.head["status"], answer.body), (200, b"1"))
                self.assertIn("forked came back from run()", self.worker.descriptor_text())
        self.assertEqual(self.worker.request(b"").body, b'"fine"')

    def test_forked_process_prints_to_the_descriptor(self) -> None:
        answer = self.worker.request(b"""
pid = os.fork()
if pid == 0:
    print("from the forked")
    os._exit(0)
os.waitpid(pid, 0)
""")
        self.assertEqual(answer.body, b'"fine"')
        self.assertEqual(
            (self.worker.log_text(), self.worker.descriptor_text()), ("", "from the forked\n")
        )

    def test_fork_while_a_thread_prints(self) -> None:
        answer = self.worker.request(b"""
done = threading.Event()
def chatter():
    while not done.is_set(): print("x" * 1000)
threads = [threading.Thread(target=chatter) for _ in range(3)]
for thread in threads: thread.start()
for _ in range(20):
    pid = os.fork()
    if pid == 0:
        print("forked", flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
done.set()
for thread in threads: thread.join()
""")
        self.assertEqual(answer.body, b'"fine"')
        self.assertEqual(self.worker.descriptor_text().count("forked\n"), 20)

    def test_programs_do_not_inherit_the_socket(self) -> None:
        answer = self.worker.request(
            b"result = os.system('ls -l /proc/self/fd | grep -c socket:')"
        )
        self.assertEqual(self.worker.descriptor_text().strip(), "0", answer)

    def test_process_pool_of_spawned_processes_finds_our_modules(self) -> None:
        worker = self.serve("""
            import multiprocessing
            from azureml.core.model import Model
            from azureml.contrib.services.aml_response import AMLResponse
            def work(number): return [number, Model.__module__, AMLResponse(None, 200).status_code]
            def init(): pass
            def run(data):
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    return pool.map(work, [5])
            """)
        answer = worker.request()
        self.assertEqual(answer.body, b'[[5, "azureml.core.model", 200]]', worker.log_text())

    def test_end_of_the_replica_ends_it(self) -> None:
        worker = self.serve(
            "import atexit\natexit.register(print, 'bye')\ndef init(): pass\ndef run(d): pass\n"
        )
        worker.hang_up()
        self.assertEqual(worker.wait(), -signal.SIGKILL)
        self.assertEqual(worker.descriptor_text(), "bye\n")

    def test_end_of_the_replica_ends_what_an_idle_worker_has_started(self) -> None:
        worker = self.serve(
            "import subprocess\ndef init(): pass\ndef run(d): return subprocess.Popen(['sleep', '300']).pid\n"
        )
        answer = worker.request()
        started = int(answer.body)
        worker.hang_up()
        worker.wait()
        for _ in range(100):
            if not os.path.exists("/proc/{}".format(started)):
                return
            time.sleep(0.05)
        self.fail("The process that the worker had started still runs.")

    def test_end_of_the_replica_ends_what_hangs(self) -> None:
        rows = [
            "import time\ndef init(): time.sleep(1_000)\ndef run(d): pass\n",
            "import threading, time\n"
            "def init(): threading.Thread(target=time.sleep, args=(1_000,)).start()\n"
            "def run(d): pass\n",
        ]
        for script in rows:
            with self.subTest(script):
                worker = self.start(script)
                worker.hang_up()
                self.assertEqual(worker.wait(), -signal.SIGKILL)

    def test_thread_that_interrupts_the_main_thread(self) -> None:
        answer = self.worker.request(b"import _thread\n_thread.interrupt_main()\ntime.sleep(5)")
        self.assertEqual((answer.head["status"], answer.head["functionFailed"]), (500, True))

    def test_deep_recursion(self) -> None:
        answer = self.worker.request(b"def f(): f()\nf()")
        self.assertEqual((answer.head["status"], answer.head["functionFailed"]), (500, True))
        answer = self.worker.request(b"result = []\nfor _ in range(100_000): result = [result]")
        self.assertEqual((answer.head["status"], answer.head["functionFailed"]), (500, False))
        self.assertEqual(self.worker.request(b"").body, b'"fine"')
