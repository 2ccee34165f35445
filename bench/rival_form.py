"""A form as tutorials write it: Flask, Flask-WTF and the ORM; no sign-in, no rules, no history, no conflict."""

import os
from typing import Any

from flask import Flask, redirect, render_template_string
from flask_wtf import FlaskForm
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length

PAGE = """<!doctype html><title>Question</title><form method="post">{{ form.csrf_token }}
{{ form.value }}{{ form.explanation }}<button>Save</button></form>"""


class Base(DeclarativeBase):
    pass


class Answer(Base):
    __tablename__ = "answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str]
    explanation: Mapped[str]


class AnswerForm(FlaskForm):  # type: ignore[misc]
    value = RadioField(choices=[("conform", "Conforms"), ("nonconform", "Does not")], validators=[DataRequired()])
    explanation = TextAreaField(validators=[Length(max=4000)])


engine = create_engine(os.environ["RIVAL_URL"])  # noqa: TID251 - an entry point
app = Flask(__name__)
app.config["SECRET_KEY"] = "a key for benchmarks alone"  # noqa: S105
Base.metadata.create_all(engine)
engine.dispose()  # the web server forks after this


@app.route("/", methods=["GET", "POST"])
def question() -> Any:
    """Show the form, or save it."""
    with Session(engine) as session:
        answer = session.get(Answer, 1) or Answer(id=1, value="conform", explanation="")
        form = AnswerForm(obj=answer)
        if form.validate_on_submit():
            form.populate_obj(answer)
            session.add(answer)
            session.commit()
            return redirect("/", 303)
        return render_template_string(PAGE, form=form)
