import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(0, 4 * np.pi, 400)
figure, axes = plt.subplots(figsize=(7, 3.2))
for damping in (0.05, 0.15, 0.3):
    axes.plot(x, np.exp(-damping * x) * np.sin(2 * x), label=f"damping {damping}")
axes.set(title="Damped oscillation", xlabel="time", ylabel="amplitude")
axes.legend()
axes.grid(alpha=0.3)
plt.show()
