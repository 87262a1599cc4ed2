"""Who answers: users, departments, roles, sign-in links and API tokens."""
