# Which species is this penguin? A logistic regression on four measurements, checked on penguins it has not seen.
#
#   npm start -- run examples/penguins_sklearn.py --file node_modules/vega-datasets/data/penguins.json
import sys
from pathlib import Path

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SOURCE = Path("penguins.json")
if not SOURCE.exists():
    sys.exit(f"{SOURCE} is missing: add --file node_modules/vega-datasets/data/{SOURCE}")

MEASURES = ["Beak Length (mm)", "Beak Depth (mm)", "Flipper Length (mm)", "Body Mass (g)"]

penguins = pd.read_json(SOURCE).dropna(subset=MEASURES)
train, test = train_test_split(penguins, test_size=0.3, random_state=0, stratify=penguins.Species)
model = make_pipeline(StandardScaler(), LogisticRegression())
model.fit(train[MEASURES], train.Species)

print("penguins:", len(train), "to learn from,", len(test), "to check with")
table = confusion_matrix(test.Species, model.predict(test[MEASURES]))
print(pd.DataFrame(table, index=model.classes_, columns=model.classes_).to_string())

{"score": round(model.score(test[MEASURES], test.Species), 3)}
